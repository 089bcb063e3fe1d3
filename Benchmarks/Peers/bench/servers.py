# Starts each server on loopback from a folder of its own, with the settings that its manual gives for durable work, and
# stops it by its process id.

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Missing(Exception):
    """A peer is not installed, or does not start; the rest goes on."""


def program(name, *folders):
    """Where a program is."""
    found = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))
    if not found:
        raise Missing(f"the program {name} is not installed")
    return found


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


class Server:
    """One server; `settings` is what is printed beside its figures."""

    name = ""
    settings = ""
    # Servers that refuse to be root's run as the user that their package made.
    user = None

    def __init__(self, directory, tools):
        self.directory = os.path.join(directory, self.name)
        self.tools = tools
        self.process = None

    def __enter__(self):
        os.makedirs(self.directory)
        if self.as_user:
            shutil.chown(self.directory, self.as_user)
        try:
            self.prepare()
            with open(os.path.join(self.directory, "server.log"), "wb") as log:
                self.process = subprocess.Popen(
                    self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.directory,
                    user=self.as_user, group=self.as_user, extra_groups=[] if self.as_user else None,
                    start_new_session=True)
            self.wait_until_ready()
            self.ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    stop_signal = signal.SIGTERM

    @property
    def as_user(self):
        if os.geteuid() != 0 or not self.user:
            return None
        try:
            return pwd.getpwnam(self.user).pw_name
        except KeyError:
            raise Missing(f"there is no user {self.user} to run {self.name} as") from None

    def run(self, command, **more):
        """Runs a program to its end, as the server's user; what it wrote says why where it fails."""
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, user=self.as_user, group=self.as_user,
            extra_groups=[] if self.as_user else None, cwd=self.directory, **more)
        if done.returncode:
            raise Missing(f"{os.path.basename(command[0])} failed: {(done.stderr or done.stdout).strip()[-300:]}")
        return done.stdout

    def wait_until_ready(self):
        for _ in range(300):
            if self.process.poll() is not None:
                break
            if self.answers():
                return
            time.sleep(0.1)
        with open(os.path.join(self.directory, "server.log"), errors="replace") as log:
            raise Missing(f"{self.name} did not start: {log.read().strip()[-300:]}")

    def answers(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def prepare(self):
        pass

    def ready(self):
        pass

    def fresh(self):
        """Called before each race."""


class Postgres(Server):
    name = "postgres"
    user = "postgres"
    stop_signal = signal.SIGINT
    options = dict(
        shared_buffers="512MB", max_connections="200", fsync="on", synchronous_commit="on", full_page_writes="on",
        wal_compression="off", max_wal_size="8GB", checkpoint_timeout="30min", autovacuum="on")
    settings = ", ".join(f"{name}={value}" for name, value in options.items()) + \
        "; Unix socket, prepared statements, tables analysed, past terms present"

    def prepare(self):
        folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
        self.server = program("postgres", *folders)
        self.psql = program("psql", *folders)
        self.data = os.path.join(self.directory, "data")
        initdb = program("initdb", *folders)
        self.run([initdb, "-D", self.data, "-A", "trust", "-E", "UTF8", "--no-locale", "-U", "race"])

    def command(self):
        words = [
            self.server, "-D", self.data, "-c", "listen_addresses=", "-c", f"unix_socket_directories={self.directory}"]
        for name, value in self.options.items():
            words += ["-c", f"{name}={value}"]
        return words

    @property
    def target(self):
        return f"host={self.directory} user=race dbname=postgres"

    def answers(self):
        done = subprocess.run([self.psql, "-qX", self.target, "-c", "SELECT 1"], capture_output=True)
        return done.returncode == 0

    def fresh(self):
        schema = os.path.join(HERE, "postgres", "schema.sql")
        with open(schema) as file:
            self.run([self.psql, "-qX", "-v", "ON_ERROR_STOP=1", self.target], input=file.read())


class MariaDB(Server):
    name = "mariadb"
    user = "mysql"
    options = {
        "innodb-flush-log-at-trx-commit": "1", "innodb-buffer-pool-size": "512M", "innodb-log-file-size": "512M",
        "innodb-doublewrite": "ON", "max-connections": "200", "skip-log-bin": None}
    settings = ", ".join(name + (f"={value}" if value else "") for name, value in options.items()) + \
        "; Unix socket, READ COMMITTED"

    def prepare(self):
        self.server = program("mariadbd")
        self.client = program("mariadb")
        self.data = os.path.join(self.directory, "data")
        self.target = os.path.join(self.directory, "socket")
        self.run([
            program("mariadb-install-db"), "--no-defaults", f"--datadir={self.data}",
            "--auth-root-authentication-method=normal", "--skip-test-db"])

    def command(self):
        words = [
            self.server, "--no-defaults", f"--datadir={self.data}", f"--socket={self.target}", "--skip-networking",
            f"--pid-file={self.directory}/pid"]
        return words + [f"--{name}" + (f"={value}" if value else "") for name, value in self.options.items()]

    def _client(self):
        return [self.client, "--no-defaults", "-uroot", f"--socket={self.target}"]

    def answers(self):
        return subprocess.run([*self._client(), "-e", "SELECT 1"], capture_output=True).returncode == 0

    def fresh(self):
        with open(os.path.join(HERE, "mariadb", "schema.sql")) as file:
            self.run(self._client(), input=file.read())


class Redis(Server):
    name = "redis"
    settings = "appendonly yes, appendfsync always, no snapshots, no rewrite of the file in a race; Unix socket, Lua"

    def command(self):
        self.socket = os.path.join(self.directory, "socket")
        self.target = f"{self.socket},{HERE}/redis/apply.lua"
        return [
            program("redis-server"), "--port", "0", "--unixsocket", self.socket, "--dir", self.directory,
            "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--auto-aof-rewrite-percentage", "0",
            "--daemonize", "no"]

    def answers(self):
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(self.socket)
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False


class NATS(Server):
    name = "nats"
    settings = "JetStream, file storage, sync_interval always; a stream a term, expected last sequence, message ids"

    def prepare(self):
        self.port = free_port()
        self.target = str(self.port)
        self.file = os.path.join(self.directory, "nats.conf")
        with open(self.file, "w") as file:
            file.write(
                f'listen: "127.0.0.1:{self.port}"\n'
                f'jetstream {{ store_dir: "{self.directory}/data", max_file_store: 8GB, sync_interval: always }}\n')

    def command(self):
        return [program("nats-server", os.path.join(self.tools, "bin")), "-c", self.file]

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def ready(self):
        # JetStream is up a moment after the port.
        time.sleep(0.5)
