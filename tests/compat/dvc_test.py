"""Data goes from the real DVC and the real git-lfs to mlo and back, and every byte and every status agrees.

usage: dvc_test.py MLO
"""
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

MLO = os.path.abspath(sys.argv[1])
BIN = os.path.dirname(sys.executable)
WORK = tempfile.mkdtemp(prefix="mlo-dvc-")
ENV = dict(os.environ, HOME=os.path.join(WORK, "home"), DVC_SITE_CACHE_DIR=os.path.join(WORK, "site"),
           DVC_NO_ANALYTICS="1", NO_COLOR="1", PATH=BIN + os.pathsep + os.environ["PATH"],
           GIT_CONFIG_NOSYSTEM="1", AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test",
           AWS_DEFAULT_REGION="us-east-1")
ENV.pop("XDG_CONFIG_HOME", None)
LARGE = random.Random(1).randbytes(300_000)
FILES = {"a.csv": b"a,b\n1,2\n", "b: odd # name.txt": b"odd", "sub/large.bin": LARGE, "empty": b""}
DIRECTORY = {"bar": b"bar", "deep/er/x": b"x" * 200_000, "é😀.txt": b"unicode", "a-b": b"1", "a/b": b"2",
             'new\nline "q"': b"3"}


def run(*command, cwd, ok=(0,)):
    done = subprocess.run(command, cwd=cwd, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode in ok, f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}"
    return done.stdout


def dvc(*arguments, cwd):
    return run(os.path.join(BIN, "dvc"), *arguments, cwd=cwd)


def mlo(*arguments, cwd, ok=(0,)):
    return run(MLO, *arguments, cwd=cwd, ok=ok)


def write(root, files):
    for name, content in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


def check(root, files):
    for name, content in files.items():
        with open(os.path.join(root, name), "rb") as file:
            assert file.read() == content, name


def remove(root, *names):
    for name in names:
        path = os.path.join(root, name)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def repository(name):
    root = os.path.join(WORK, name)
    os.makedirs(root)
    run("git", "init", "-q", cwd=root)
    dvc("init", "-q", cwd=root)
    return root


def is_clean(root):
    text = dvc("data", "status", "--json", cwd=root)
    status = json.loads(text)
    wrong = {key: value for key, value in status.items() if key not in ("git", "unchanged", "not_in_remote") and value}
    assert not wrong, wrong
    assert dvc("status", "--json", cwd=root).strip() == "{}"


def test_from_dvc():
    root = repository("from")
    write(root, FILES)
    write(os.path.join(root, "data"), DIRECTORY)
    os.chmod(os.path.join(root, "a.csv"), 0o755)
    dvc("add", "-q", *FILES, "data", cwd=root)
    storage = os.path.join(WORK, "storage")
    dvc("remote", "add", "-q", "-d", "store", storage, cwd=root)
    dvc("push", "-q", cwd=root)
    # As a clone has it: neither cache nor work files, only the remote.
    remove(root, ".dvc/cache", "data", *FILES)
    # Written by DVC 2: md5-dos2unix, its own layout.
    legacy = b"line\r\nline\r\n"
    md5 = hashlib.md5(legacy.replace(b"\r\n", b"\n")).hexdigest()
    write(storage, {f"{md5[:2]}/{md5[2:]}": legacy})
    write(root, {"legacy.txt.dvc": f"outs:\n- md5: {md5}\n  size: {len(legacy)}\n  path: legacy.txt\n".encode()})
    mlo("init", cwd=root)
    report = json.loads(mlo("data", "import", "--from-dvc", "--json", cwd=root))
    assert not report["left_out"] and len(report["files"]) == len(FILES) + 2, report
    mlo("data", "checkout", cwd=root)
    check(root, FILES)
    check(os.path.join(root, "data"), DIRECTORY)
    check(root, {"legacy.txt": legacy})
    mlo("data", "status", "--check", cwd=root)
    again = json.loads(mlo("data", "import", "--from-dvc", "--json", cwd=root))
    assert again["read"] == 0 and again["objects"] == 0, again
    # A damaged object of the remote is found and named.
    damaged = hashlib.md5(b"odd").hexdigest()
    damaged = os.path.join(storage, "files/md5", damaged[:2], damaged[2:])
    os.chmod(damaged, 0o644)
    with open(damaged, "wb") as file:
        file.write(b"0dd")
    remove(root, ".mlo", "b: odd # name.txt")
    mlo("init", cwd=root)
    report = json.loads(mlo("data", "import", "--from-dvc", "--force", "--json", cwd=root, ok=(1,)))
    assert [item["path"] for item in report["left_out"]] == ["b: odd # name.txt"], report
    assert report["damaged"] == [damaged], report


def test_to_dvc(url, configure):
    root = repository("to-" + url.split(":")[0].strip("/").replace("/", "-"))
    write(root, FILES)
    write(os.path.join(root, "data"), DIRECTORY)
    os.chmod(os.path.join(root, "sub/large.bin"), 0o755)
    mlo("init", cwd=root)
    mlo("data", "add", *FILES, "data", cwd=root)
    mlo("data", "export", "--to-dvc", cwd=root)
    is_clean(root)
    # Byte for byte what DVC itself writes.
    twin = repository(os.path.basename(root) + "-twin")
    write(twin, FILES)
    write(os.path.join(twin, "data"), DIRECTORY)
    os.chmod(os.path.join(twin, "sub/large.bin"), 0o755)
    dvc("add", "-q", *FILES, "data", cwd=twin)
    for name in list(FILES) + ["data"]:
        with open(os.path.join(root, name + ".dvc"), "rb") as ours, open(os.path.join(twin, name + ".dvc"), "rb") as its:
            assert ours.read() == its.read(), name
    cache = lambda where: sorted(run("find", ".", "-type", "f", "-printf", "%P %m %s\n",
                                     cwd=os.path.join(where, ".dvc/cache/files")).splitlines())
    assert cache(root) == cache(twin)
    remove(root, "data", "sub/large.bin", "a.csv")
    dvc("checkout", "-q", cwd=root)
    check(root, FILES)
    check(os.path.join(root, "data"), DIRECTORY)
    assert os.access(os.path.join(root, "sub/large.bin"), os.X_OK)
    dvc("remote", "add", "-q", "-d", "store", url, cwd=root)
    configure(root)
    dvc("push", "-q", cwd=root)
    remove(root, ".dvc/cache", "data", *FILES)
    dvc("pull", "-q", cwd=root)
    check(root, FILES)
    check(os.path.join(root, "data"), DIRECTORY)
    is_clean(root)
    mlo("data", "status", "--check", cwd=root)


def test_yaml():
    """.dvc files of odd names, against ruamel as DVC uses it."""
    from dvc.utils.serialize import dumps_yaml
    root = os.path.join(WORK, "yaml")
    os.makedirs(os.path.join(root, ".dvc"))
    write(root, {".dvc/config": b""})
    mlo("init", cwd=root)
    letters = "ab1e.-_ :#'[]{}&*!|>%@`?,=~é😀+0x"
    generator = random.Random(7)
    names = {"".join(generator.choices(letters, k=generator.randint(1, 14))) for _ in range(150)}
    names |= {" ".join(generator.choices(["word", "a", "x:y", "longer-word", "it"], k=n)) for n in range(1, 45, 2)}
    names |= {"12", "1e5", "true", "null", "2020-01-02", "0x1f", "~x", "1_0", "no", ".5", "=", "<<"}
    names = sorted(name for name in names if name not in (".", "..") and len(name.encode()) < 240)
    files = {f"{i}/{name}": name.encode() for i, name in enumerate(names)}
    write(root, files)
    mlo("data", "add", *files, cwd=root)
    mlo("data", "export", "--to-dvc", cwd=root)
    for path, content in files.items():
        entry = {"md5": hashlib.md5(content).hexdigest(), "size": len(content), "hash": "md5",
                 "path": os.path.basename(path)}
        with open(os.path.join(root, path + ".dvc"), encoding="utf-8") as file:
            assert file.read() == dumps_yaml({"outs": [entry]}), path


def test_from_lfs():
    root = os.path.join(WORK, "lfs")
    os.makedirs(root)
    run("git", "init", "-q", cwd=root)
    run("git", "lfs", "install", "--local", cwd=root)
    run("git", "lfs", "track", "*.bin", cwd=root)
    files = {"large.bin": LARGE, "sub/ü x.bin": b"small"}
    write(root, files)
    run("git", "add", "-A", cwd=root)
    run("git", "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-qm", "lfs", cwd=root)
    mlo("init", cwd=root)
    report = json.loads(mlo("data", "import", "--from-lfs", "--link", "--json", cwd=root))
    assert report["linked"] == 1 and len(report["files"]) == 2 and not report["left_out"], report
    run("git", "rm", "-q", "--cached", "--", *report["in_git"], cwd=root)
    mlo("data", "status", "--check", cwd=root)
    remove(root, *files)
    mlo("data", "checkout", cwd=root)
    check(root, files)
    run("git", "lfs", "fsck", cwd=root)


def main():
    from moto.server import ThreadedMotoServer
    try:
        os.makedirs(ENV["HOME"])
        test_from_dvc()
        test_to_dvc(os.path.join(WORK, "remote"), lambda root: None)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        try:
            endpoint = "http://127.0.0.1:%d" % server.get_host_and_port()[1]
            import boto3
            boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test",
                         aws_secret_access_key="test").create_bucket(Bucket="bucket")
            test_to_dvc("s3://bucket/data", lambda root: dvc("remote", "modify", "store", "endpointurl", endpoint, cwd=root))
        finally:
            server.stop()
        test_yaml()
        test_from_lfs()
    finally:
        subprocess.run(["chmod", "-R", "u+w", WORK], check=False)
        shutil.rmtree(WORK, ignore_errors=True)
    print("DVC and git-lfs agree with mlo")


main()
