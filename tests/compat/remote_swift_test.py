"""Remotes in a real object store: OpenStack Swift with its S3 API, one node of four processes, without memcached.

One replica in a directory of this test; tempauth knows one user, whose S3 keys are "test:tester" and "testing".
"""
import contextlib
import getpass
import subprocess
import sys

from faulty_proxy import FaultyProxy
from remote_servers import PEERS, free_port, run, running, workplace, write_config

program = sys.argv[1]
swift = PEERS / "bin"


def build_ring(folder, name, port):
    builder = folder / f"{name}.builder"
    for words in (["create", "2", "1", "0"], ["add", f"r1z1-127.0.0.1:{port}/disk", "1"], ["rebalance"]):
        done = subprocess.run([swift / "swift-ring-builder", builder, *words], capture_output=True, text=True)
        if done.returncode > 1:  # 1 is a warning
            raise SystemExit(done.stdout + done.stderr)


def default(folder, port):
    return f"""[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {getpass.getuser()}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
fallocate_reserve = 0
disable_fallocate = true
log_level = WARNING
"""


with workplace() as folder, contextlib.ExitStack() as servers:
    (folder / "devices/disk").mkdir(parents=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = test\n")
    environment = {"PATH": "/usr/bin:/bin", "SWIFT_CONF_DIR": str(folder)}
    # The location of swift.conf is fixed at import; this is how Swift's own development set-up moves it.
    start = "import sys, swift.common.utils as u; u.SWIFT_CONF_FILE = sys.argv.pop(1); exec(open(sys.argv.pop(1)).read())"

    def serve(name, port, more):
        config = folder / f"{name}-server.conf"
        config.write_text(default(folder, port) + more)
        servers.enter_context(running([PEERS / "bin/python", "-c", start, folder / "swift.conf",
                                       swift / f"swift-{name}-server", config, "-v"], port, folder / f"{name}.log",
                                      env=environment))

    for name in ("account", "container", "object"):
        port = free_port()
        build_ring(folder, name, port)
        serve(name, port, f"[pipeline:main]\npipeline = {name}-server\n"
                          f"[app:{name}-server]\nuse = egg:swift#{name}\n")
    port = free_port()
    serve("proxy", port, """[pipeline:main]
pipeline = catch_errors gatekeeper s3api tempauth bulk copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:bulk]
use = egg:swift#bulk
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
""")
    import boto3
    from botocore.config import Config
    endpoint = f"http://127.0.0.1:{port}"
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test:tester",
                 aws_secret_access_key="testing",
                 config=Config(s3={"addressing_style": "path"})).create_bucket(Bucket="models")
    keys = dict(access_key_id="test:tester", secret_access_key="testing")
    # Swift looks whether there is a file and then writes: of eight creators two may win.
    config = write_config(folder / "remote", url="s3://models/a b", endpoint=endpoint, conditional_put="false", **keys)
    run(program, config, "--many", 40, "--large", 18 << 20, "--unprobed")
    proxy = FaultyProxy(("127.0.0.1", port), ["cut-request", "cut-answer", "flip-request"], 1, 1,
                        [300, 2000, 6000, 20_000, 60_000, 150_000])  # connections are kept: disturb each one
    faults = write_config(folder / "faults", url="s3://models", endpoint=f"http://127.0.0.1:{proxy.port}",
                          conditional_put="false", direct={"endpoint": endpoint}, **keys)
    run(program, faults, "--faults", 20)
    print("disturbed:", proxy.met)
    assert len(proxy.met) == 3
    proxy.close()
    wrong = write_config(folder / "wrong", url="s3://models", endpoint=endpoint, access_key_id="test:tester",
                         secret_access_key="hunter2")
    output = run(program, wrong, code=3)
    assert "SignatureDoesNotMatch" in output and "secret is wrong" in output and "hunter2" not in output, output
    elsewhere = write_config(folder / "elsewhere", url="s3://models", endpoint=endpoint, region="eu-west-9", **keys)
    output = run(program, elsewhere, code=3)
    assert "region: us-east-1" in output, output
