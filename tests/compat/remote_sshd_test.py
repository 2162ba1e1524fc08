"""Remotes behind OpenSSH's sshd, as tests/peers.sh unpacks it; then through a proxy that cuts connections.

sshd runs as an ordinary user (nobody where the test is root): it then needs neither a user of its own nor
/run/sshd, and lets only that user in.
"""
import os
import pwd
import shutil
import subprocess
import sys

from faulty_proxy import FaultyProxy
from remote_servers import PEERS, free_port, run, running, workplace, write_config

program = sys.argv[1]
root = os.getuid() == 0
user = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"] if root else []
sshd = PEERS / "servers/usr/sbin/sshd"


def keygen(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path], check=True)
    return path.with_suffix(".pub").read_text()


with workplace() as folder:
    server, home = folder / "server", folder / "home"
    server.mkdir()
    (server / "data").mkdir()
    (home / ".ssh").mkdir(parents=True)
    host_key = keygen(server / "host_key")
    authorized = keygen(home / ".ssh/id_ed25519")
    keygen(home / ".ssh/other")
    (server / "authorized").write_text(authorized)
    (server / "config").write_text(f"""
HostKey {server}/host_key
AuthorizedKeysFile {server}/authorized
Subsystem sftp internal-sftp
ListenAddress 127.0.0.1
PidFile none
StrictModes no
UsePAM yes
PasswordAuthentication no
MaxStartups 100
LogLevel INFO
""")
    for path in [server, *server.iterdir()]:
        shutil.chown(path, user.pw_uid, user.pw_gid)

    port = free_port()
    libraries = str(PEERS / "servers/usr/lib/x86_64-linux-gnu")
    with running([*as_user, sshd, "-D", "-e", "-f", server / "config", "-p", port], port, folder / "log",
                 env={"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": libraries}):
        def config(name, port=port, path=f"{server}/data/{{}}", **entry):
            return write_config(folder / name, url=f"ssh://{user.pw_name}@127.0.0.1:{port}" + path.format(name),
                                **entry)

        environment = dict(HOME=str(home), SSH_AUTH_SOCK="")
        known = home / ".ssh/known_hosts"

        output = run(program, config("unknown"), code=3, **environment)
        assert "is not known" in output and f"ssh-keyscan -p {port} 127.0.0.1" in output, output
        assert not known.exists() or not known.read_text(), "nothing is ever accepted"
        known.write_text(f"[127.0.0.1]:{port} {(home / '.ssh/other.pub').read_text()}")
        output = run(program, config("changed"), code=3, **environment)
        assert "another key" in output and "listening in" in output, output
        known.write_text(f"[127.0.0.1]:{port} {host_key}")

        run(program, config("plain"), "--many", 1000, "--large", 100 << 20, "--atomic", **environment)
        assert not list((server / "data/plain/.tmp").iterdir()), "nothing temporary stays"

        os.rename(home / ".ssh/id_ed25519", home / ".ssh/moved")
        output = run(program, config("keyless"), code=3, **environment)
        assert "none of the keys" in output and "ssh-add" in output, output
        run(program, config("named", identity_file=home / ".ssh/moved"), "--many", 20, **environment)
        (home / ".ssh/config").write_text(
            f"Host somewhere\n  HostName 127.0.0.1\n  Port {port}\n  User {user.pw_name}\n"
            f"  IdentityFile {home}/.ssh/moved\n")
        write_config(folder / "alias", url=f"ssh://somewhere{server}/data/alias")
        run(program, folder / "alias", "--many", 20, **environment)
        os.rename(home / ".ssh/moved", home / ".ssh/id_ed25519")

        (server / "locked").mkdir()
        output = run(program, config("locked", path="/proc/none"), code=3, **environment)
        assert "cannot write" in output, output

        # Connections are kept, so each one is disturbed, most of them after authentication.
        places = [100, 2000, 6000, 9000, 20_000, 60_000, 300_000, 1_000_000, 2_000_000, 5_000_000]
        proxy = FaultyProxy(("127.0.0.1", port), ["cut-answer", "cut-request", "flip-request"], 3, 1, places)
        known.write_text(known.read_text() + f"[127.0.0.1]:{proxy.port} {host_key}")
        run(program, config("faults", proxy.port, direct={"url": f"ssh://{user.pw_name}@127.0.0.1:{port}"
                            f"{server}/data/faults"}), "--faults", 50, **environment)
        print("disturbed:", proxy.met)
        assert len(proxy.met) == 3
        proxy.close()
