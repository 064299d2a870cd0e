//! The scripts in real shells, on a terminal of their own.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rexpect::session::{PtySession, spawn_command};

use super::{HARD, home_with};
use crate::support::{PROGRAM, TestEnv, finish, installed};

/// A shell in the test's folder that finds the program under test.
fn command(env: &TestEnv, shell: &str) -> Command {
    let script = env.folder().join(format!("textpeak.{shell}"));
    fs::write(script, env.ok(&["completions", shell])).unwrap();
    let mut command = Command::new(shell);
    let known = env.command();
    let known = known
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    let here = Path::new(PROGRAM).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = [here].into_iter().chain(std::env::split_paths(&others));
    command.env_clear().envs(known).current_dir(env.folder());
    command
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("LC_ALL", "C.UTF-8");
    command
}

/// A shell with its script loaded, waiting for a line.
fn start(env: &TestEnv, shell: &str, load: &str) -> PtySession {
    // What asks for the prompt must not look like it where the terminal echoes it.
    let (words, setup): (&[&str], _) = match shell {
        "bash" => (&["--noprofile", "--rcfile", "setup"], "PS1='go''> '"),
        "zsh" => (
            &["-f"],
            "autoload -U compinit; compinit -u -D; PS1='go''> '",
        ),
        "fish" => (
            &["-N", "-C", "source setup"],
            "function fish_prompt; echo -n 'go> '; end",
        ),
        _ => (&["-rc", "setup"], "set edit:prompt = { put 'go> ' }"),
    };
    let mut command = command(env, shell);
    fs::write(env.folder().join("setup"), format!("{setup}\n{load}\n")).unwrap();
    command.args(words);
    let mut session = spawn_command(command, Some(20_000)).unwrap();
    // A shell that is stuck in the middle of a line does not end when it is asked to.
    session.process_mut().set_kill_timeout(Some(100));
    if shell == "zsh" {
        session.send_line("source ./setup").unwrap();
    }
    session.exp_string("go> ").unwrap();
    session
}

fn load(shell: &str) -> String {
    match shell {
        "elvish" => "eval (slurp < textpeak.elvish)".to_owned(),
        _ => format!("source ./textpeak.{shell}"),
    }
}

/// Types keys, Tabs among them, and runs the line that they make: what it printed.
fn run(env: &TestEnv, shell: &str, keys: &str) -> String {
    let mut session = start(env, shell, &load(shell));
    let (out, done) = (env.folder().join("out"), env.folder().join("done"));
    session
        .send(&format!("{keys} > out; mkdir done; exit\r"))
        .unwrap();
    session.flush().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done.exists() && Instant::now() < deadline {
        sleep(Duration::from_millis(10));
    }
    let printed = fs::read_to_string(&out).unwrap_or_default();
    let _ = (fs::remove_file(&out), fs::remove_dir(&done));
    printed
}

/// For each of the [`HARD`] names, beginnings of it as one types them, apart by ` | `: each
/// leads to a line that shows exactly that stream.
fn completes(shell: &str, beginnings: &[(usize, &str)]) {
    if !installed(shell) {
        return;
    }
    let (env, ids) = home_with(&HARD);
    for (nth, typed) in beginnings {
        for typed in typed.split(" | ") {
            // elvish puts quotes around what had none, and wants an Enter to that.
            let enter = shell == "elvish" && !typed.contains(['\'', '"']);
            let enter = if enter { "\r" } else { "" };
            let keys = format!("textpeak -o json streams show {typed}\t{enter}");
            let shown = run(&env, shell, &keys);
            assert!(shown.contains(&ids[*nth]), "{shell}: {typed}: {shown}");
        }
    }
    assert!(!env.folder().join("x").exists(), "{shell} ran a name");
}

#[test]
fn bash_completes_hard_names_in_quotes_of_every_kind() {
    let beginnings = [
        (0, r#"OTP | OTP\ G | 'OTP G | "OTP G | OTP' G"#),
        (1, r#"it | it\'s\  | "it's  | 'it | 'it'\''s"#),
        (2, r#"\$ | '$( | "\$("#),
        (3, r#"\' | "'"#),
        (4, r"\! | '! | ''\!"),
        (5, r"a | a: | a:b= | a:b=c@ | 'a:b | a\:b"),
        (6, "back | \"back"),
        (7, r"\~ | '~"),
        (8, "-- - | -- '-- d"),
        (9, "Kö | 'Köln 👩"),
        (10, "sale | \"sale | 'sale"),
    ];
    completes("bash", &beginnings);
}

#[test]
fn zsh_and_fish_complete_hard_names() {
    let beginnings = [
        (0, r#"OTP | OTP\ G | 'OTP G | "OTP G"#),
        (1, r#"it | it\' | "it's  | 'it"#),
        (2, r"\$ | '$("),
        (3, r"\'"),
        (4, r"\!"),
        (5, "a:"),
        (6, "back"),
        (7, r"\~"),
        (8, "-- -"),
        (9, "Kö"),
        (10, "sale"),
    ];
    completes("zsh", &[&beginnings[..], &[(1, r"'it'\''s")]].concat());
    completes("fish", &[&beginnings[..], &[(1, r"'it\'s")]].concat());
}

#[test]
fn elvish_completes_hard_names() {
    completes(
        "elvish",
        &[
            (0, "OTP | 'OTP G | \"OTP G"),
            (1, "it"),
            (2, "'$("),
            (9, "Kö"),
        ],
    );
}

#[test]
fn bash_completes_after_an_equals_sign_and_from_the_home_on_the_line() {
    if !installed("bash") {
        return;
    }
    let env = TestEnv::new();
    let new = [
        "--home=./a b",
        "streams",
        "create",
        "--name=x",
        "--tag=o'tp,two",
    ];
    let made = finish(
        env.command()
            .current_dir(env.folder())
            .args(new)
            .arg("--no-input"),
    );
    assert_eq!(made.code, 0, "{made:?}");
    let create = "streams create --name y --dry-run --no-input -o json --tag";
    let printed = run(&env, "bash", &format!("textpeak --ho\t 'a b' {create}=o\t"));
    assert!(printed.contains("\"o'tp\""), "{printed}");
    let printed = run(
        &env,
        "bash",
        &format!("textpeak --home=a\\ b {create} z,t\t"),
    );
    assert!(printed.contains("\"two\""), "{printed}");
    assert!(!env.home().exists());
}

#[test]
fn zsh_shows_an_id_beside_each_name_at_the_first_tab_from_its_folder_of_functions() {
    if !installed("zsh") {
        return;
    }
    let (env, ids) = home_with(&["b:c", "50% off"]);
    fs::write(
        env.folder().join("_textpeak"),
        env.ok(&["completions", "zsh"]),
    )
    .unwrap();
    let load = "fpath=($PWD $fpath); compinit -u -D";
    let mut session = start(&env, "zsh", load);
    session.send("textpeak streams show \t").unwrap();
    session.flush().unwrap();
    for (name, id) in ["b:c", "50% off"].iter().zip(&ids).rev() {
        session.exp_string(name).unwrap();
        session.exp_string(id).unwrap();
    }
}

#[test]
fn fish_shows_an_id_beside_each_name() {
    if !installed("fish") {
        return;
    }
    let (env, ids) = home_with(&HARD[..2]);
    let run = |line: &str| {
        let ask = format!("source textpeak.fish; complete -C \"{line}\"");
        let run = finish(command(&env, "fish").args(["-N", "-c", &ask]));
        // fish may have something to say of the terminal that it has not got, not of our script.
        assert!(!run.stderr.contains("textpeak"), "{run:?}");
        run.stdout
    };
    let both = format!("{}\t{}\n{}\t{}\n", HARD[1], ids[1], HARD[0], ids[0]);
    assert_eq!(run("textpeak streams show "), both);
    assert_eq!(
        run("textpeak streams show -- 'OTP"),
        format!("{}\t{}\n", HARD[0], ids[0])
    );
    assert!(run("textpeak streams show --rev").starts_with("--reveal\t"));
    assert_eq!(run("textpeak --home nowhere streams show "), "");
}
