"""Servers on loopback for the tests of remotes: started on free ports, stopped by their own process."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PEERS = pathlib.Path(sys.prefix)
# A test that is stopped stops its servers.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, log, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit(f"{process.args[0]} does not listen:\n{pathlib.Path(log).read_text()}")


@contextlib.contextmanager
def running(arguments, port, log, **options):
    """A server that ends with the block, and its children with it."""
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [str(word) for word in arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, **options)
    try:
        wait_for_port(port, process, log)
        yield process
    except BaseException:
        print("the server's log ends:", *pathlib.Path(log).read_text(errors="replace").splitlines()[-30:], sep="\n")
        raise
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def workplace():
    """A directory that every user can reach."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mlo-remote-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_config(path, **entry):
    def lines(values, indent):
        for key, value in values.items():
            if isinstance(value, dict):
                yield f"{indent}{key}:"
                yield from lines(value, indent + "  ")
            else:
                yield f"{indent}{key}: {value}"
    path.write_text("\n".join(lines(entry, "")) + "\n")
    return path


def run(program, *arguments, code=0, **environment):
    """Runs the conformance program; its output is the test's."""
    process = subprocess.run(
        [program, *(str(word) for word in arguments)], stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
             **environment})
    print(process.stdout, end="", flush=True)
    if process.returncode != code:
        raise SystemExit(f"{program} {' '.join(map(str, arguments))}: exit {process.returncode}, not {code}")
    return process.stdout
