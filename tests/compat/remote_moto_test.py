"""Remotes in buckets of moto, which answers as S3 does; then through a proxy that disturbs every second
connection."""
import sys
import urllib.request

from faulty_proxy import FaultyProxy
from remote_servers import PEERS, free_port, run, running, workplace, write_config

program = sys.argv[1]
KEYS = dict(access_key_id="AKIDTEST", secret_access_key="secret-hunter2")

with workplace() as folder:
    port = free_port()
    with running([PEERS / "bin/moto_server", "-H", "127.0.0.1", "-p", port], port, folder / "log"):
        def bucket(name):
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/{name}", method="PUT",
                headers={"Authorization": "AWS4-HMAC-SHA256 Credential=x/20200101/us-east-1/s3/aws4_request"})
            urllib.request.urlopen(request).close()

        def config(name, **entry):
            return write_config(folder / name, **{"endpoint": f"http://127.0.0.1:{port}", **KEYS, **entry})

        bucket("models")
        run(program, config("plain", url="s3://models/team a/x"), "--many", 5000, "--large", 20 << 20, "--atomic")
        run(program, config("whole", url="s3://models", conditional_put="true"), "--many", 50)
        output = run(program, config("none", url="s3://absent"), code=3)
        assert "NoSuchBucket" in output and "make the bucket" in output, output
        assert "hunter2" not in output

        # Requests are cut on Swift and sshd: moto keeps what came of a body, which no real server does.
        for seed, faults in enumerate([["cut-answer"], ["busy", "broken", "cut-answer"],
                                       ["flip-request", "cut-answer"]]):
            proxy = FaultyProxy(("127.0.0.1", port), faults, seed)
            bucket(f"faults{seed}")
            run(program, config("faults", url=f"s3://faults{seed}", endpoint=f"http://127.0.0.1:{proxy.port}",
                                direct={"endpoint": f"http://127.0.0.1:{port}"}), "--faults", 26)
            print("disturbed:", proxy.met)
            assert set(proxy.met) == set(faults)
            proxy.close()
