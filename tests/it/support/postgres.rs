//! A `PostgreSQL` cluster of the tests' own: made in a temporary folder, reached through a socket in
//! it, shared by everything that runs at one time, and stopped when the last of that has ended.

mod admin;

use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use textpeak::store::{AnyHome, Clock, DatabaseAddress, Home, LocalStore, PostgresStore, copy};

use super::need;
pub use admin::Admin;
use admin::elsewhere;

const TABLES: &str = include_str!("../../../src/store/postgres/0001_tables.sql");

/// The user without rights that the server runs as where the tests run as root.
const NOBODY: u32 = 65_534;

/// Settings of every cluster: no network, and as little memory as serves tests.
const SETTINGS: &str = "listen_addresses = ''
max_connections = 400
shared_buffers = 64MB
timezone = 'UTC'
log_min_messages = fatal
";

/// The folder of the server's programs; `None`, and said, where there is none.
pub fn programs() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&on_path).collect();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    // Where a link leads to are all of them.
    let real = |folder: PathBuf| {
        Some(
            fs::canonicalize(folder.join("postgres"))
                .ok()?
                .parent()?
                .to_owned(),
        )
    };
    let found = folders.into_iter().find_map(real);
    need("PostgreSQL", found.is_some()).then_some(found?)
}

/// A folder for databases: in memory where there is room, as each of many tests makes one.
fn roomy() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).map(|disk| disk.f_bavail * disk.f_frsize);
    if room.is_ok_and(|room| room > 4 << 30) {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

/// The lock of a folder that may be removed by whoever had it before.
fn alone_in(folder: &Path) -> File {
    loop {
        let mut make = fs::DirBuilder::new();
        make.recursive(true).mode(0o755).create(folder).unwrap();
        let path = folder.join("start.lock");
        let Ok(alone) = File::create(&path) else {
            continue;
        };
        alone.lock().unwrap();
        let here = fs::metadata(&path).map(|file| file.ino());
        if here.is_ok_and(|here| here == alone.metadata().unwrap().ino()) {
            return alone;
        }
    }
}

/// A server with databases. Whoever has it keeps it running.
pub struct Cluster {
    folder: PathBuf,
    /// A lock that is shared by all who use the server.
    _used: File,
}

impl Cluster {
    /// The one that tests share; `None`, and said, where `PostgreSQL` is missing.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        let start = || {
            let user = rustix::process::getuid().as_raw();
            let folder = roomy().join(format!("textpeak-tests-{user}"));
            Some(Self::start(&programs()?, &folder, ""))
        };
        SHARED.get_or_init(start).as_ref()
    }

    /// One in this folder, with more settings than the usual ones; the one that runs there already,
    /// if one does.
    pub fn start(programs: &Path, folder: &Path, settings: &str) -> Self {
        let _alone = alone_in(folder);
        let used = File::create(folder.join("used.lock")).unwrap();
        used.lock_shared().unwrap();
        let cluster = Self {
            folder: folder.to_owned(),
            _used: used,
        };
        if !cluster.runs() {
            cluster.make(programs, settings);
            cluster.run(programs);
        }
        cluster
    }

    /// One of a test's own, in a folder that is gone with the folder's value.
    pub fn own(settings: &str) -> Option<(Self, tempfile::TempDir)> {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let cluster = Self::start(&programs()?, folder.path(), settings);
        Some((cluster, folder))
    }

    /// A copy of it that follows it, in a folder of its own.
    pub fn standby(&self, settings: &str) -> (Self, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        if rustix::process::getuid().is_root() {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let copied = self
            .command(&programs().unwrap().join("pg_basebackup"))
            .args([
                "-U",
                "textpeak",
                "--write-recovery-conf",
                "--checkpoint=fast",
                "-h",
            ])
            .arg(&self.folder)
            .arg("-D")
            .arg(folder.path().join("data"))
            .output()
            .unwrap();
        assert!(copied.status.success(), "{copied:?}");
        let standby = Self::start(&programs().unwrap(), folder.path(), settings);
        (standby, folder)
    }

    /// Sends its main process a signal, and waits until it has ended.
    pub fn end(&self, signal: &str) {
        let pid = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap();
        let sent = Command::new("kill").args(["-s", signal, pid]).status();
        assert!(sent.unwrap().success());
        let process = PathBuf::from(format!("/proc/{pid}"));
        while process.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Runs it again after its end, at an address where it takes TLS alone.
    pub fn serve_tls(&self, address: &str, certificate: &Path, key: &Path) {
        for (from, name) in [(certificate, "server.crt"), (key, "server.key")] {
            let to = self.data().join(name);
            fs::copy(from, &to).unwrap();
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
            if rustix::process::getuid().is_root() {
                std::os::unix::fs::chown(&to, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        self.set(&format!("listen_addresses = '{address}'\nssl = on"));
        let access = "local all all trust\nhostssl all all all scram-sha-256\n";
        fs::write(self.data().join("pg_hba.conf"), access).unwrap();
        self.start_again();
    }

    /// Runs it again after its end.
    pub fn start_again(&self) {
        self.run(&programs().unwrap());
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn runs(&self) -> bool {
        std::os::unix::net::UnixStream::connect(self.folder.join(".s.PGSQL.5432")).is_ok()
    }

    /// A command that root gives as a user without rights.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).stdin(Stdio::null());
        if rustix::process::getuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn make(&self, programs: &Path, settings: &str) {
        if self.data().join("made").exists() {
            return self.set(settings);
        }
        let _ = fs::remove_dir_all(self.data());
        if rustix::process::getuid().is_root() {
            std::os::unix::fs::chown(&self.folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let made = self
            .command(&programs.join("initdb"))
            .args(["--username=textpeak", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C", "--no-sync", "--no-instructions", "--pgdata"])
            .arg(self.data())
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        self.set(settings);
        File::create(self.data().join("made")).unwrap();
    }

    /// Adds settings; what comes last holds.
    fn set(&self, settings: &str) {
        let mut file = File::options()
            .append(true)
            .open(self.data().join("postgresql.conf"))
            .unwrap();
        let folder = self.folder.display();
        write!(
            file,
            "{SETTINGS}unix_socket_directories = '{folder}'\n{settings}\n"
        )
        .unwrap();
        let log = self.folder.join("log");
        File::create(&log).unwrap();
        fs::set_permissions(&log, fs::Permissions::from_mode(0o666)).unwrap();
    }

    /// Runs the server beside a shell that ends it when nobody uses it any more.
    fn run(&self, programs: &Path) {
        let script = r#"
            "$1/postgres" -D "$2/data" >>"$2/log" 2>&1 &
            server=$!
            trap '' HUP INT
            while kill -0 $server 2>/dev/null; do
                sleep 1
                # The folder of a test's own is gone with the test.
                if ! [ -e "$2/used.lock" ]; then
                    kill -QUIT $server
                    wait $server
                    exit
                fi
                exec 8<"$2/start.lock" 9<"$2/used.lock"
                if flock -n -x 8 && flock -n -x 9; then
                    kill -INT $server
                    wait $server
                    rm -rf "$2"
                    exit
                fi
                exec 8<&- 9<&-
            done"#;
        let mut shell = self.command(Path::new("/bin/sh"));
        shell
            .args(["-c", script, "sh"])
            .arg(programs)
            .arg(&self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        // Nobody waits for it: it ends when nobody needs it.
        drop(shell.spawn().unwrap());
        let begun = Instant::now();
        while !Admin::answers(&self.url("postgres")) {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(30), "{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.display();
        format!("postgres:///{database}?host={folder}&user=textpeak")
    }

    /// A new database, with nothing in it, that is gone with what it gives.
    pub fn empty_database(&self) -> Database {
        self.database_from("template0")
    }

    /// A new database with our tables.
    pub fn database(&self) -> Database {
        let server = Admin::connect(&self.url("postgres"));
        let mut hasher = std::hash::DefaultHasher::new();
        TABLES.hash(&mut hasher);
        let name = format!("tables_{:x}", hasher.finish());
        // One test makes them, and all others copy them.
        server.execute("SELECT pg_advisory_lock(1)");
        let there = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        if server.number(&there) == 0 {
            let made = self.empty_database();
            let address = DatabaseAddress::parse(&made.url).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let init = async { PostgresStore::new(address, None).init().await.map(drop) };
            elsewhere(|| runtime.block_on(init)).unwrap();
            let old = &made.name;
            let others = format!("FROM pg_stat_activity WHERE datname = '{old}'");
            while server.number(&format!("SELECT count(*) {others}")) > 0 {
                server.execute(&format!("SELECT pg_terminate_backend(pid) {others}"));
            }
            server.execute(&format!("ALTER DATABASE {old} RENAME TO {name}"));
        }
        server.execute("SELECT pg_advisory_unlock(1)");
        self.database_from(&name)
    }

    fn database_from(&self, template: &str) -> Database {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let server = Admin::connect(&self.url("postgres"));
        server.execute(&format!("DROP DATABASE IF EXISTS {name}"));
        server.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Database {
            url: self.url(&name),
            name,
            server,
        }
    }
}

/// A database of one test.
pub struct Database {
    pub url: String,
    name: String,
    server: Admin,
}

impl Database {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Copies it into a folder.
    pub fn copy_to(&self, folder: &Path) {
        let address = DatabaseAddress::parse(&self.url).unwrap();
        let from = AnyHome::Database(PostgresStore::new(address, None));
        let to = Home::locate(Some(folder.to_owned())).unwrap();
        let to = AnyHome::Folder(LocalStore::new(to, Clock::system()));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let copied = elsewhere(|| runtime.block_on(copy(&from, &to, |_| {})));
        copied.unwrap();
    }

    /// A connection of the test's own.
    pub fn admin(&self) -> Admin {
        Admin::connect(&self.url)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let name = &self.name;
        // Its server may be gone, or wait for a standby that is.
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        for sql in ["SET synchronous_commit = local", &drop] {
            let server = &self.server;
            let _ = elsewhere(|| server.runtime().block_on(server.client.batch_execute(sql)));
        }
    }
}
