//! Tests of the settings as a whole: the documented file, the sources, and each mistake with its
//! location.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;

const DOCUMENTED: &str = include_str!("../../../conf/settings.toml");

/// Reads the text of a settings file (named `s.toml` in messages), the environment and flags.
fn load(toml: &str, environment: &[(&str, &str)], flags: &[&str]) -> Result<Settings, String> {
    let mut mistakes = Vec::new();
    let mut assignments = sources::read_file(Path::new("s.toml"), toml.as_bytes(), &mut mistakes);
    let variables: Vec<(OsString, OsString)> =
        environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
    assignments.extend(sources::read_environment(&variables, &mut mistakes));
    let flags = flags.iter().map(|flag| Flag::parse_assignment(flag).unwrap());
    assignments.extend(flags.map(|flag| flag.assignment()));
    read(assignments, mistakes)
        .map(|(settings, _)| settings)
        .map_err(|mistakes| mistakes.to_string())
}

#[track_caller]
fn assert_mistakes(toml: &str, mistakes: &[&str]) {
    let found = load(toml, &[], &[]).expect_err("mistakes");
    assert_eq!(found.lines().collect::<Vec<_>>(), mistakes);
}

#[test]
fn the_documented_file_has_the_built_in_values() {
    assert_eq!(load(DOCUMENTED, &[], &[]).unwrap(), Settings::default());
}

/// A request that waits for a connection to a frozen server must not give up before the store tries
/// the next server.
#[test]
fn two_servers_that_do_not_answer_fit_into_the_patience() {
    let database = Settings::default().database;
    assert!(database.statement_timeout * 2 < database.patience, "{database:?}");
}

#[test]
fn the_documented_file_has_every_key_once_in_the_order_of_the_code() {
    let documented = sources::read_file(Path::new("s.toml"), DOCUMENTED.as_bytes(), &mut vec![]);
    let documented: Vec<(&str, &str)> = documented
        .iter()
        .filter(|assignment| !assignment.key.is_empty())
        .map(|assignment| (assignment.section.as_str(), assignment.key.as_str()))
        .collect();
    let (_, keys) = read(vec![], vec![]).unwrap();
    let known: Vec<(&str, &str)> = keys.iter().map(|known| (known.section, known.name)).collect();
    assert_eq!(documented, known);
}

/// Each key of the documented file with the comment above it. Two keys may share a comment.
fn comments() -> Vec<(String, String)> {
    let (mut comments, mut comment, mut after_key) = (Vec::new(), String::new(), false);
    for line in DOCUMENTED.lines() {
        match (line.strip_prefix('#'), line.split_once(" = ")) {
            (Some(_), _) if after_key => comment = line.to_owned(),
            (Some(words), _) => comment.push_str(words),
            (None, Some((key, _))) => comments.push((key.to_owned(), comment.clone())),
            (None, None) => comment.clear(),
        }
        after_key = !line.starts_with('#');
    }
    comments
}

#[test]
fn every_key_is_documented_with_its_bounds() {
    let (_, keys) = read(vec![], vec![]).unwrap();
    let mut bounded = 0;
    for (known, (key, comment)) in keys.iter().zip(comments()) {
        assert_eq!(known.name, key);
        assert!(comment.len() > 20, "{key} is not explained");
        let nonsense = load(&format!("[{}]\n{key} = 1979-05-27", known.section), &[], &[]);
        let refusal = nonsense.expect_err(&key);
        if let Some((_, bounds)) = refusal.split_once(" from ") {
            let bounds = bounds.trim_end_matches(", not a date");
            assert!(comment.contains(bounds), "{key}: {bounds} is not in:{comment}");
            bounded += 1;
        }
    }
    assert!(bounded > 30, "only {bounded} keys have bounds");
}

#[test]
fn flags_override_the_environment_the_file_and_the_defaults() {
    let file = "[timeouts]\nhead = '1s'\nbody = '1s'\nidle = '1s'";
    let environment = [("DICTAPP_TIMEOUTS__BODY", "2s"), ("DICTAPP_TIMEOUTS__IDLE", "2s")];
    let settings = load(file, &environment, &["timeouts.idle=3s"]).unwrap();
    let seconds = |timeout: Duration| timeout.as_secs();
    let Timeouts { head, body, idle, write, .. } = settings.timeouts;
    assert_eq!([head, body, idle, write].map(seconds), [1, 2, 3, 30]);
}

#[test]
fn the_environment_sets_every_key_without_quotes() {
    let settings = load(
        "",
        &[
            ("DICTAPP_SERVER__ADDRESS", "0.0.0.0:80,unix:/run/d.sock"),
            ("DICTAPP_SERVER__WORKERS_MIN", "4"),
            ("DICTAPP_LOG__ACCESS", "false"),
            ("DICTAPP_DATABASE__URL", "mysql://u:p@h/d"),
            ("PATH", "/bin"),
        ],
        &[],
    )
    .unwrap();
    let shown: Vec<String> = settings.server.address.iter().map(Address::to_string).collect();
    assert_eq!(shown, ["0.0.0.0:80", "unix:/run/d.sock"]);
    assert_eq!((settings.server.engine.workers_min, settings.log.access), (4, false));
    assert_eq!(settings.database.url.to_string(), "mysql://u:***@h:3306/d");
}

#[test]
fn reports_all_mistakes_of_all_sources_at_once() {
    let file = "[server]\nadress = 'a'\nworkers_min = '16'\n\n[timeouts]\nhead = 10\n";
    let environment = [
        ("DICTAPP_SERVER__ADRESS", "x"),
        ("DICTAPP_LOG__LEVEL", "loud"),
        ("DICTAPP_SERVER_ADDRESS", "x"),
    ];
    let found =
        load(file, &environment, &["log.fromat=json", "limits.form_parts_max=0"]).unwrap_err();
    assert_eq!(
        found.lines().collect::<Vec<_>>(),
        [
            "s.toml:2: unknown key \"adress\" in [server]; did you mean \"address\"?",
            "s.toml:3: [server] workers_min must be a whole number from 1 to 4096, not \"16\"",
            "s.toml:6: [timeouts] head must be a duration from \"100ms\" to \"10m\", not 10",
            "environment DICTAPP_LOG__LEVEL: [log] level must be \"error\" or \"warn\" or \"info\" or \"debug\", not \"loud\"",
            "environment DICTAPP_SERVER_ADDRESS: unknown setting; did you mean DICTAPP_SERVER__ADDRESS?",
            "environment DICTAPP_SERVER__ADRESS: unknown setting; did you mean DICTAPP_SERVER__ADDRESS?",
            "--set limits.form_parts_max: [limits] form_parts_max must be a whole number from 10 to 10000, not \"0\"",
            "--set log.fromat: unknown key \"fromat\" in [log]; did you mean \"format\"?",
        ]
    );
}

#[test]
fn unknown_sections_are_reported_once_and_keys_are_found_in_other_sections() {
    assert_mistakes(
        "port = 80\naddress = 'x'\nlog = 1\n[servr]\na = 1\nb = 2\n[colour]\n[limits]\nidle = '1s'\nzzz = 1\n[server.tls]\nx = 1",
        &[
            "s.toml:1: unknown key \"port\" outside of any section",
            "s.toml:2: unknown key \"address\" outside of any section; did you mean \"address\" in [server]?",
            "s.toml:3: \"log\" must be a section, [log]",
            "s.toml:4: unknown section [servr]; did you mean [server]?",
            "s.toml:7: unknown section [colour]; the sections are server, tls, limits, timeouts, database, dictionary, accounts, api, course, dict, monitoring, log",
            "s.toml:9: unknown key \"idle\" in [limits]; did you mean \"idle\" in [timeouts]?",
            "s.toml:10: unknown key \"zzz\" in [limits]; the keys there are head_bytes_max, head_fields_max, target_bytes_max, body_bytes_max, body_memory_max, spool_bytes_max, form_fields_max, form_parts_max, requests_per_connection_max",
            "s.toml:11: unknown key \"tls\" in [server]; the keys there are address, public_url, allowed_hosts, trusted_proxies, proxy_protocol_from, workers_min, workers_max, shards, queue_age_max, drain_notice, drain, connections_max, connections_per_address_max",
        ],
    );
}

#[test]
fn invalid_toml_is_reported_with_its_line() {
    for (toml, line) in
        [("[server]\naddress = ", 2), ("[server\n", 1), ("a = 1\na = 2", 2), ("\n\n=1", 3)]
    {
        let found = load(toml, &[], &[]).unwrap_err();
        assert!(found.starts_with(&format!("s.toml:{line}: ")), "{toml:?}: {found}");
        assert_eq!(found.lines().count(), 1, "{found}");
    }
    let mut mistakes = Vec::new();
    sources::read_file(Path::new("s.toml"), b"# a\n# \xff", &mut mistakes);
    assert_eq!(mistakes[0].to_string(), "s.toml:2: this line is not UTF-8");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_fine() {
    let settings = load("\u{feff}[server]\r\nworkers_min = 3\r\n", &[], &[]).unwrap();
    assert_eq!(settings.server.engine.workers_min, 3);
}

#[test]
fn settings_that_contradict_each_other_are_mistakes_of_the_later_one() {
    assert_mistakes(
        "[server]\nworkers_min = 600\n[tls]\nhsts = '1d'\n[accounts]\nsession_absolute = '2d'\nsession_idle = '3d'",
        &[
            "s.toml:2: [server] workers_min is larger than workers_max",
            "s.toml:4: [tls] hsts and redirect_address require cert and key",
            "s.toml:7: [accounts] session_idle is larger than session_absolute",
        ],
    );
    assert_mistakes(
        "[tls]\ncert = 'a.pem'",
        &["s.toml:2: [tls] cert and key go together: one of them is missing"],
    );
    assert_mistakes(
        "[server]\nworkers_min = 600\nworkers_max = 'many'",
        &["s.toml:3: [server] workers_max must be a whole number from 1 to 4096, not \"many\""],
    );
}

#[test]
fn two_settings_with_one_address_are_a_mistake_that_names_both() {
    let clash = "cannot both be used";
    assert_mistakes(
        "[server]\naddress = '0.0.0.0:80'\n[monitoring]\naddress = '127.0.0.1:80'",
        &[&format!(
            "s.toml:4: [monitoring] address \"127.0.0.1:80\" and [server] address \"0.0.0.0:80\" {clash}"
        )],
    );
    assert_mistakes(
        "[course]\nenabled = true\naddress = '127.0.0.1:2628'\n[dict]\nenabled = true",
        &[&format!(
            "s.toml:3: [dict] address \"127.0.0.1:2628\" and [course] address \"127.0.0.1:2628\" {clash}"
        )],
    );
    assert_mistakes(
        "[monitoring]\naddress = 'localhost:8000'",
        &[&format!(
            "s.toml:2: [monitoring] address \"localhost:8000\" and [server] address \"127.0.0.1:8000\" {clash}"
        )],
    );
    assert_mistakes(
        "[server]\naddress = ['unix:/a', 'unix:/a']",
        &[&format!(
            "s.toml:2: [server] address \"unix:/a\" and [server] address \"unix:/a\" {clash}"
        )],
    );
    for (server, other) in [
        ("[::]:8000", "127.0.0.1:8000"),
        ("127.0.0.1:8000", "[::ffff:127.0.0.1]:8000"),
        ("0.0.0.0:8000", "[::]:8000"),
        ("unix:a/../a", "unix:a/../a"),
    ] {
        let both = format!("[server]\naddress = '{server}'\n[monitoring]\naddress = '{other}'");
        assert!(
            load(&both, &[], &[]).is_err_and(|error| error.to_string().contains(clash)),
            "{both}"
        );
    }
    let here = std::env::current_dir().unwrap().join("s");
    let both = format!("[server]\naddress = ['unix:s', 'unix:{}']", here.display());
    assert!(load(&both, &[], &[]).is_err(), "{both}");
    assert!(load("[server]\naddress = ['0.0.0.0:80', '[::]:80']", &[], &[]).is_ok());
    let unused = "[course]\naddress = '127.0.0.1:8000'\n[monitoring]\naddress = '127.0.0.1:0'";
    assert!(load(unused, &[], &[]).is_ok());
}

#[test]
fn no_secret_is_ever_shown() {
    let file = "[database]\nurl = 'mysql://root:s3cret@h/d'\n[accounts]\ncourse_salt = 's3cret'";
    assert!(!format!("{:?}", load(file, &[], &[]).unwrap()).contains("s3cret"));
    let wrong =
        "[database]\nurl = 'mysql://root:s3cret@h'\n[accounts]\ncourse_salt = \"s3cret\\n\"";
    let found = load(wrong, &[("DICTAPP_DATABASE__URL", "s3cret")], &[]).unwrap_err();
    assert!(!found.contains("s3cret"), "{found}");
    assert_eq!(found.lines().count(), 3);
}

#[test]
fn variables_have_distinct_names() {
    let (_, keys) = read(vec![], vec![]).unwrap();
    let mut variables = BTreeMap::new();
    for key in keys {
        let other = variables.insert(key.variable(), key);
        assert_eq!(other, None, "two keys, one variable");
    }
    assert!(variables.contains_key("DICTAPP_DATABASE__URL"));
}

proptest::proptest! {
    #[test]
    fn any_typing_error_is_harmless_or_reported_with_its_line(
        at in 0..DOCUMENTED.len(),
        cut in 0..9_usize,
        typed in "[a-z0-9\\[\\]\"'=#{},. _\\n\u{0}\u{e9}-]{0,4}",
    ) {
        // The file is ASCII, so each offset is a character boundary.
        let rest = (at + cut).min(DOCUMENTED.len());
        let file = format!("{}{typed}{}", &DOCUMENTED[..at], &DOCUMENTED[rest..]);
        let lines = file.lines().count() + 1;
        for mistake in load(&file, &[], &[]).err().iter().flat_map(|text| text.lines()) {
            let number = mistake.strip_prefix("s.toml:").and_then(|rest| rest.split(':').next());
            let number: usize = number.and_then(|number| number.parse().ok()).expect(mistake);
            proptest::prop_assert!((1..=lines).contains(&number), "{}", mistake);
        }
    }
}
