"""`mlo data get`, `import` and `update` from the places that real tools keep: files that nginx serves, objects of an
S3 server, and repositories of the real DVC with their caches and remotes.

usage: import_sources_test.py MLO
"""
import contextlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

import boto3

from faulty_proxy import FaultyProxy
from remote_servers import PEERS, free_port, running, workplace

MLO = os.path.abspath(sys.argv[1])
LARGE = random.Random(1).randbytes(20_000_000)
KEYS = dict(aws_access_key_id="AKIDTEST", aws_secret_access_key="hunter2")


class Place:
    """A folder with a workspace in it, and the environment that commands run in."""

    def __init__(self, folder, endpoint):
        self.folder, self.ws = folder, folder / "ws"
        self.env = dict(
            {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "GIT_"))},
            HOME=str(folder / "home"), NO_COLOR="1", GIT_CONFIG_NOSYSTEM="1", AWS_ENDPOINT_URL=endpoint,
            AWS_ACCESS_KEY_ID=KEYS["aws_access_key_id"], AWS_SECRET_ACCESS_KEY=KEYS["aws_secret_access_key"],
            DVC_NO_ANALYTICS="1", DVC_SITE_CACHE_DIR=str(folder / "site"), PATH=f"{PEERS / 'bin'}:{os.environ['PATH']}")
        for name in ("home", "ws"):
            (folder / name).mkdir()
        self.git_init(self.ws)
        self.mlo("init")

    def run(self, *command, cwd, code=0):
        done = subprocess.run([str(word) for word in command], cwd=cwd, env=self.env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == code, f"{command}: exit {done.returncode}, not {code}\n{done.stdout}"
        return done.stdout

    def git_init(self, folder):
        self.run("git", "init", "-q", ".", cwd=folder)
        self.run("git", "config", "user.email", "t@example.org", cwd=folder)
        self.run("git", "config", "user.name", "t", cwd=folder)

    def commit(self, folder):
        self.run("git", "add", "-A", cwd=folder)
        self.run("git", "commit", "-qm", "data", cwd=folder)

    def mlo(self, *words, code=0):
        return self.run(MLO, *words, cwd=self.ws, code=code)

    def states(self, *words):
        """Of each path that `data import` or `update` names."""
        output = self.mlo("data", *words, "--json")
        answer, _ = json.JSONDecoder().raw_decode(output[output.index("{"):])
        return {file["path"]: file["state"] for file in answer["files"]}

    def is_clean(self):
        self.mlo("data", "status", "--check")


def same(a, b):
    return subprocess.run(["diff", "-r", str(a), str(b)]).returncode == 0


@contextlib.contextmanager
def serving(folder, data):
    """nginx over the directory; yields its port and the file of what it was asked."""
    port, log = free_port(), folder / "access.log"
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  log_format short '$request_method $status $http_range'; access_log {log} short;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port};
    location / {{ alias {data}/; }}
    location /moved/ {{ return 302 /; }}
    location /plain/ {{ alias {data}/; etag off; }}
  }}
}}
""")
    nginx = PEERS / "servers/usr/sbin/nginx"
    with running([nginx, "-c", folder / "nginx.conf", "-e", folder / "error.log"], port, folder / "nginx.log"):
        yield port, log


def check_web(place, data, port, log):
    def asked():
        lines = log.read_text().split("\n")[:-1]
        log.write_text("")
        return [line.strip(" -") for line in lines]

    def change(name, content):
        # nginx makes ETags of sizes and seconds.
        (data / name).write_bytes(content)
        later = (data / name).stat().st_mtime + 10
        os.utime(data / name, (later, later))

    url = f"http://127.0.0.1:{port}"
    (data / "train set.csv").write_bytes(b"a,b\n1,2\n")
    (data / "large").write_bytes(LARGE)
    (data / "empty").write_bytes(b"")
    assert place.states("import", f"{url}/train%20set.csv") == {"train set.csv": "added"}
    assert place.states("import", f"{url}/large", "-o", "big.bin") == {"big.bin": "added"}
    assert place.states("import", f"{url}/empty?a=b") == {"empty": "added"}
    for name, out in (("train set.csv", "train set.csv"), ("large", "big.bin"), ("empty", "empty")):
        assert same(data / name, place.ws / out), name
    place.is_clean()
    assert "etag:" in (place.ws / "big.bin.mlo").read_text()
    asked()
    assert set(place.states("update").values()) == {"unchanged"}
    assert asked() == ["GET 304"] * 3
    change("large", LARGE[:-1] + b"x")
    assert place.states("update") == {"train set.csv": "unchanged", "big.bin": "updated", "empty": "unchanged"}
    assert same(data / "large", place.ws / "big.bin")

    # A server without ETags is asked for all of it, and the pointer says nothing of a version.
    place.states("import", f"{url}/plain/large", "-o", "plain.bin")
    assert "etag" not in (place.ws / "plain.bin.mlo").read_text()
    assert place.states("update", "plain.bin") == {"plain.bin": "unchanged"}
    (data / "large").write_bytes(LARGE)
    assert place.states("update", "plain.bin") == {"plain.bin": "updated"}
    place.is_clean()

    assert "no such file" in place.mlo("data", "import", f"{url}/absent", code=3)
    assert "credentials" in place.mlo("data", "get", f"http://u:hunter2@127.0.0.1:{port}/large", code=2)
    assert "--rev" in place.mlo("data", "get", f"{url}/large", "--rev", "main", code=2)
    assert not (place.ws / "absent").exists() and not (place.ws / "large").exists()

    # Where the command stands must not be replaced, whatever the URL or -o say, and names stay here.
    for words in (["-o", "."], ["-o", ".."], ["-o", "/"]):
        assert "working directory" in place.mlo("data", "get", f"{url}/large", "--force", *words, code=2)
    for name in ("%2e%2e", "x%2f..%2f..%2fescaped", "%2ftmp%2fabsolute", ".git%2fhooks%2fpost-commit", "a%0ab"):
        place.mlo("data", "get", f"{url}/{name}", "--force", code=2)
    assert place.ws.is_dir() and not (place.folder / "escaped").exists()
    bare = {name: value for name, value in place.env.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    subprocess.run([MLO, "data", "get", f"{url}/large", "-o", "homeless"], cwd=place.ws, env=bare, check=True)

    # --force brings back what was changed here, also where the source has nothing new.
    place.states("update")
    (place.ws / "big.bin").write_bytes(b"changed here")
    place.mlo("data", "update", "big.bin")
    assert (place.ws / "big.bin").read_bytes() == b"changed here"
    place.mlo("data", "update", "big.bin", "--force")
    place.is_clean()

    # Cut again and again: what came before the cut is not asked for again.
    proxy = FaultyProxy(("127.0.0.1", port), ["cut-answer"], 3)
    asked()
    place.mlo("data", "get", f"http://127.0.0.1:{proxy.port}/large", "-o", "got")
    assert same(data / "large", place.ws / "got")
    lines = asked()
    print("cut:", proxy.met, lines)
    assert proxy.met and any(line.startswith("GET 206 bytes=") for line in lines), lines
    proxy.close()


def check_s3(place, client, log):
    client.create_bucket(Bucket="models")

    def put(key, body):
        client.put_object(Bucket="models", Key=key, Body=body)

    def downloads():
        lines = [line for line in log.read_text().splitlines() if '"GET /models/' in line]
        with open(log, "w"):
            pass
        return len(lines)

    put("dir/one+two é.csv", b"1\n")
    put("dir/sub/large", LARGE)
    put("dir/", b"")
    put("directory", b"another")
    assert place.states("import", "s3://models/directory") == {"directory": "added"}
    assert place.states("import", "s3://models/dir/", "-o", "bucket") == {"bucket": "added"}
    assert sorted(os.listdir(place.ws / "bucket")) == ["one+two é.csv", "sub"]
    assert (place.ws / "bucket/sub/large").read_bytes() == LARGE
    place.is_clean()
    downloads()
    assert set(place.states("update", "directory", "bucket").values()) == {"unchanged"}
    put("dir/one+two é.csv", b"2\n")
    put("dir/three", b"3\n")
    downloads()
    assert place.states("update", "bucket") == {"bucket": "updated"}
    assert downloads() == 2
    assert (place.ws / "bucket/one+two é.csv").read_bytes() == b"2\n"
    assert (place.ws / "bucket/three").read_bytes() == b"3\n"
    place.mlo("data", "get", "s3://models/dir/sub/large", "-o", "s3.large")
    assert (place.ws / "s3.large").read_bytes() == LARGE
    put("dir/three/four", b"")
    assert "a file and a directory" in place.mlo("data", "update", "bucket", code=2)
    client.delete_object(Bucket="models", Key="dir/three/four")
    # Names that would be other names here, or mean something else, and contents that a tree has no place for.
    for number, (key, reason) in enumerate([
            ("a" * 300, "longer than 255 bytes"), (".git" + "A" * 256, "longer than 255 bytes"), (".git/config", "reserved"),
            ("../up", "means a directory"), ("a//b", "is empty"), ("full/", "is empty"), ("x.mlo", "is a pointer"),
            ("sub/.mloignore", "would hide files")]):
        put(f"bad{number}/{key}", b"x")
        put(f"bad{number}/good", b"good")
        said = place.mlo("data", "import", f"s3://models/bad{number}/", code=2)
        assert reason in said and not (place.ws / f"bad{number}").exists(), (key, said)
    assert "no such file" in place.mlo("data", "get", "s3://models/absent", code=3)
    assert "there is nothing" in place.mlo("data", "get", "s3://models/absent/", code=3)
    assert "NoSuchBucket" in place.mlo("data", "get", "s3://absent/x", code=3)


def check_dvc(place, client):
    """A repository with a file, a directory and a pipeline, pushed to S3; read where it lies, and as a clone reads it."""
    client.create_bucket(Bucket="dvc")
    source = place.folder / "source"
    source.mkdir()

    def dvc(*words):
        return place.run("dvc", *words, cwd=source)

    place.git_init(source)
    dvc("init", "-q")
    dvc("remote", "add", "-d", "store", "s3://dvc/store")
    dvc("remote", "modify", "store", "endpointurl", place.env["AWS_ENDPOINT_URL"])
    (source / "sub").mkdir()
    (source / "sub/file.csv").write_bytes(b"a\n1\n")
    (source / "images/deep").mkdir(parents=True)
    (source / "images/one.bin").write_bytes(LARGE[:300_000])
    (source / "images/deep/é.txt").write_bytes(b"two")
    dvc("add", "-q", "sub/file.csv", "images")
    dvc("stage", "add", "-q", "-n", "prepare", "-d", "sub/file.csv", "-o", "out/made.csv",
        "mkdir -p out && cat sub/file.csv sub/file.csv > out/made.csv")
    dvc("repro", "-q")
    # A stage that works elsewhere, and git's own file beside what DVC tracks.
    (source / "pipe").mkdir()
    place.run("dvc", "stage", "add", "-q", "-n", "other", "--wdir", "../sub", "-o", "made.txt", "echo made > made.txt",
              cwd=source / "pipe")
    dvc("repro", "-q", "pipe/dvc.yaml")
    (source / "out/README").write_text("git's\n")
    place.commit(source)
    dvc("push", "-q")
    first = place.run("git", "rev-parse", "HEAD", cwd=source).strip()
    paths = ["sub/file.csv", "images", "images/deep/é.txt", "out/made.csv", "sub/made.txt"]

    def check(repository, prefix):
        for number, path in enumerate(paths):
            out = f"{prefix}{number}"
            assert place.states("import", repository, path, "-o", out) == {out: "added"}
            assert same(source / path, place.ws / out), path
            assert "kind: dvc" in (place.ws / f"{out}.mlo").read_text()
        place.is_clean()
        assert set(place.states("update").values()) <= {"unchanged"}

    for directory, out in (("out", "out/made.csv"), ("sub", "sub/")):
        said = place.mlo("data", "get", "../source", directory, "-o", "half", code=2)
        assert "holds data that git does not" in said and out in said, said
    assert not (place.ws / "half").exists()
    shutil.rmtree(source / "out")  # from its cache then
    place.mlo("data", "get", "../source", "out/made.csv", "-o", "made")
    dvc("checkout", "-q")
    assert same(source / "out/made.csv", place.ws / "made")
    check("../source", "near")
    check(f"file://{source}", "far")

    # As the real thing gets it.
    place.run("dvc", "get", "-q", f"file://{source}", "images", "-o", "theirs", cwd=place.folder)
    assert same(place.folder / "theirs", place.ws / "far1")

    (source / "images/deep/é.txt").write_bytes(b"three")
    (source / "sub/file.csv").write_bytes(b"a\n2\n")
    dvc("add", "-q", "sub/file.csv", "images")
    dvc("repro", "-q")
    place.commit(source)
    asked = place.mlo("data", "update", "far1", code=3)
    assert "neither in the cache nor in the remote 'store' (s3://dvc/store)" in asked and "dvc push" in asked, asked
    assert (place.ws / "far1/deep/é.txt").read_bytes() == b"two"
    dvc("push", "-q")
    states = place.states("update")
    assert all(states[f"{prefix}{number}"] == "updated" for prefix in ("near", "far") for number in range(4)), states
    assert states["near4"] == states["far4"] == "updated"
    for number, path in enumerate(paths):
        assert same(source / path, place.ws / f"near{number}") and same(source / path, place.ws / f"far{number}")
    place.mlo("data", "get", f"file://{source}", "images", "--rev", first, "-o", "before")
    assert (place.ws / "before/deep/é.txt").read_bytes() == b"two"

    # Nothing is left but the remote, and every second connection to it is disturbed.
    shutil.rmtree(source / ".dvc/cache")
    shutil.rmtree(source / "images")
    proxy = FaultyProxy(("127.0.0.1", int(place.env["AWS_ENDPOINT_URL"].rsplit(":", 1)[1])),
                        ["busy", "broken", "cut-answer"], 5)
    dvc("remote", "modify", "--local", "store", "endpointurl", f"http://127.0.0.1:{proxy.port}")
    place.mlo("data", "get", "../source", "images", "-o", "disturbed")
    print("disturbed:", proxy.met)
    assert proxy.met and same(place.ws / "disturbed", place.ws / "near1")
    proxy.close()
    assert "dvc list" in place.mlo("data", "get", "../source", "nothing", code=2)


with workplace() as folder:
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    data, web = folder / "data", folder / "web"
    data.mkdir()
    web.mkdir()
    with running([PEERS / "bin/moto_server", "-H", "127.0.0.1", "-p", port], port, folder / "moto.log"):
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **KEYS)
        place = Place(folder, endpoint)
        with serving(web, data) as (web_port, log):
            check_web(place, data, web_port, log)
            for pointer in place.ws.glob("*.mlo"):
                if pointer.name != ".mlo":
                    place.mlo("data", "remove", pointer.name.removesuffix(".mlo"))
        check_s3(place, client, folder / "moto.log")
        check_dvc(place, client)
        for trace in place.ws.rglob("*.mlo"):
            assert not trace.is_file() or "hunter2" not in trace.read_text()
print("all of them were read")
