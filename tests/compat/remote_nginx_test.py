"""Remotes that nginx shows, over HTTP and over HTTPS with a certificate of our own authority."""
import subprocess
import sys

from faulty_proxy import FaultyProxy
from remote_servers import PEERS, free_port, run, running, workplace, write_config

program = sys.argv[1]
nginx = PEERS / "servers/usr/sbin/nginx"

with workplace() as folder:
    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, cwd=folder, stderr=subprocess.DEVNULL)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test authority", "-keyout", "ca.key",
            "-out", "ca.pem", "-days", 2)
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", "server.key",
            "-out", "server.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-extfile", "names", "-days", 2, "-out", "server.pem")
    data = folder / "data"
    data.mkdir()
    port, secure = free_port(), free_port()
    (folder / "nginx.conf").write_text(f"""
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port};
    listen 127.0.0.1:{secure} ssl;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    location /shown/ {{ alias {data}/; }}
    location /moved/ {{ return 302 /shown/; }}
    location /locked/ {{ return 403; }}
  }}
}}
""")
    with running([nginx, "-c", folder / "nginx.conf", "-e", folder / "error.log"], port, folder / "log"):
        def config(name, url, **entry):
            return write_config(folder / name, url=url, **entry)

        run(program, config("http", f"http://127.0.0.1:{port}/shown"), "--seed", data, "--large", 100 << 20)
        run(program, config("https", f"https://127.0.0.1:{secure}/shown/", ca_file=folder / "ca.pem"), "--seed", data)
        # Reads of the suite are the first that meet the certificate.
        output = run(program, config("stranger", f"https://127.0.0.1:{secure}/shown/"), "--seed", data, code=1)
        assert "ca_file" in output, output
        output = run(program, config("locked", f"http://127.0.0.1:{port}/locked/"), "--seed", data, code=1)
        assert "status 403" in output and ".netrc" in output, output

        proxy = FaultyProxy(("127.0.0.1", port), ["cut-answer", "busy", "broken"], 2)
        run(program, config("cut", f"http://127.0.0.1:{proxy.port}/shown"), "--seed", data, "--large", 9 << 20)
        print("disturbed:", proxy.met)
        assert len(proxy.met) == 3
        proxy.close()
