"""Mocks and real proxies in front of them, on loopback, for .ci/proxy and .ci/shards."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# The user's own settings of the server must not change what is tried.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("VCHATCLOUD_MOCK_")}


class Failed(Exception):
    """What was expected, and what came."""


def ok(what):
    print(f"ok: {what}", flush=True)


def expect(is_so, what):
    if not is_so:
        raise Failed(what)


def need(program, package):
    """Debian's package, if the program is not there yet. It starts no service."""
    if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], check=True, env=environment, stdout=subprocess.DEVNULL)


def free_ports(count):
    """Ports that the system has just given out; they are free when this returns."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [taken.getsockname()[1] for taken in sockets]


def wait_for(condition, process, what, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        expect(process.poll() is None, f"{what} ended with {process.returncode}")
        expect(time.monotonic() < deadline, f"{what} is not up after {seconds} s")
        time.sleep(0.02)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(command, ports, log):
    """A server that listens on those ports, ended whatever happens."""
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=ENVIRONMENT)
        try:
            wait_for(lambda: all(map(listens, ports)), process, command[0])
            yield
        except BaseException:
            sys.stderr.write(Path(log).read_text(errors="replace")[-2000:] + "\n")
            raise
        finally:
            process.terminate()
            process.wait(timeout=10)


def mock(binary, directory, port, *flags):
    return running([binary, "--host", "127.0.0.1", "--port", str(port), *flags], [port], directory / f"mock-{port}.log")


def nginx(configuration, directory, ports):
    """The text is what stands in `http { }`, as in a file of conf.d."""
    main = directory / "nginx.conf"
    temporary = "".join(f"{kind}_temp_path {directory}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main.write_text(f"worker_processes 2;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{configuration}\n}}\n")
    # As root it would give the files of the requests to another user, who may not enter the directory.
    user = "user root;" if os.geteuid() == 0 else ""
    command = ["nginx", "-p", str(directory), "-e", "stderr", "-c", str(main), "-g", f"daemon off; pid {directory}/nginx.pid; {user}"]
    subprocess.run([*command, "-q", "-t"], check=True)
    return running(command, ports, directory / "nginx.log")


def haproxy(configuration, directory, ports):
    main = directory / "haproxy.cfg"
    main.write_text(configuration)
    subprocess.run(["haproxy", "-c", "-q", "-f", str(main)], check=True)
    return running(["haproxy", "-db", "-f", str(main)], ports, directory / "haproxy.log")
