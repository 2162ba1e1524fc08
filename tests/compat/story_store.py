"""Reads a package out of a workspace's store by mlo-formats(5) alone: no line of mlo is used."""
import glob
import json
import os
import subprocess


def inspect(mlo, workspace, model):
    answer = subprocess.run([mlo, "-C", workspace, "package", "inspect", model, "--json"],
                            capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def package_file(mlo, workspace, model, path):
    """The bytes of one file of a model's package."""
    files = inspect(mlo, workspace, model)["files"]
    digest = next(f["digest"] for f in files if f["path"] == path).removeprefix("sha256:")
    store = os.path.join(workspace, ".mlo/store")
    loose = os.path.join(store, "loose", digest[:2], digest[2:])
    if os.path.exists(loose):
        return open(loose, "rb").read()
    for index in glob.glob(os.path.join(store, "packs/*.idx")):
        data = open(index, "rb").read()
        assert data[:8] == b"MLOINDX\x01"
        for at in range(24, 24 + 48 * int.from_bytes(data[8:16], "little"), 48):
            if data[at:at + 32].hex() == digest:
                offset = int.from_bytes(data[at + 32:at + 40], "little")
                size = int.from_bytes(data[at + 40:at + 44], "little")
                return open(index[:-4] + ".pack", "rb").read()[offset:offset + size]
    raise SystemExit(f"no object {digest}")
