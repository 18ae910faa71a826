//! Tests: verdicts on real hashes, the cost of wrong passwords, and a flood of log-ins.

use std::sync::Barrier;
use std::thread;

use super::*;
use crate::settings::Settings;

const LONG: Duration = Duration::from_secs(120);
const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
/// The hash of the user Levi with the password 123456 in the course's database.
const COURSE: &str = "18c397028b3e18311b980efb9272f4b2";

fn passwords() -> Passwords {
    Passwords::with_limits(2, 64, LONG, "the-sat")
}

/// Verifies what a visitor typed against a stored hash.
fn verify(
    passwords: &Passwords,
    name: &str,
    password: &str,
    stored: Option<&str>,
) -> Result<Verdict, PasswordError> {
    passwords.verify(NameAndPassword { name, password }, stored, CLIENT)
}

#[test]
fn a_new_password_is_argon2id_of_the_standard_size_with_a_salt_of_its_own() {
    let passwords = passwords();
    let (one, two) =
        (passwords.hash("123456", CLIENT).unwrap(), passwords.hash("123456", CLIENT).unwrap());
    assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
    assert_eq!(one.len(), 97, "fits the course's varchar(128)");
    assert_ne!(one, two);
    assert_eq!(verify(&passwords, "a", "123456", Some(&one)), Ok(Verdict::Right));
    assert_eq!(verify(&passwords, "b", "1234567", Some(&one)), Ok(Verdict::Wrong));
    assert_eq!(verify(&passwords, "b", "", Some(&one)), Ok(Verdict::Wrong));
}

#[test]
fn a_course_hash_is_verified_and_replaced_by_argon2id() {
    let passwords = Passwords::new(&Settings::default().accounts);
    let verdict = verify(&passwords, "Levi", "123456", Some(COURSE)).unwrap();
    let Verdict::RightReplace(new) = verdict else { panic!("{verdict:?}") };
    assert_eq!(verify(&passwords, "Levi", "123456", Some(&new)), Ok(Verdict::Right));
    assert_eq!(verify(&passwords, "Levi", "12345", Some(COURSE)), Ok(Verdict::Wrong));
    assert_eq!(verify(&passwords, "Lev", "123456", Some(COURSE)), Ok(Verdict::Wrong));
    let other_salt = Passwords::with_limits(1, 0, LONG, "another");
    assert_eq!(verify(&other_salt, "Levi", "123456", Some(COURSE)), Ok(Verdict::Wrong));
}

#[test]
fn a_hash_is_verified_with_its_own_parameters() {
    // From the tests of the reference code (phc-winner-argon2, test.c): 64 MiB, two passes.
    let stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$\
        CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    let passwords = passwords();
    assert_eq!(verify(&passwords, "a", "password", Some(stored)), Ok(Verdict::Right));
    assert_eq!(verify(&passwords, "a", "Password", Some(stored)), Ok(Verdict::Wrong));
}

#[test]
fn weaker_or_older_hashes_are_replaced() {
    let passwords = passwords();
    for (algorithm, version, params) in [
        (Algorithm::Argon2id, Version::V0x13, Params::new(256, 2, 1, None).unwrap()),
        (Algorithm::Argon2i, Version::V0x13, Params::DEFAULT),
        (Algorithm::Argon2id, Version::V0x10, Params::DEFAULT),
        (Algorithm::Argon2id, Version::V0x13, Params::new(4096, 10, 4, None).unwrap()),
    ] {
        let stored = stored_with(algorithm, version, &params, "secret");
        let verdict = verify(&passwords, "a", "secret", Some(&stored)).unwrap();
        let Verdict::RightReplace(new) = verdict else { panic!("{stored}: {verdict:?}") };
        assert_eq!(verify(&passwords, "a", "secret", Some(&new)), Ok(Verdict::Right));
        assert_eq!(verify(&passwords, "a", "Secret", Some(&stored)), Ok(Verdict::Wrong));
    }
}

fn stored_with(algorithm: Algorithm, version: Version, params: &Params, password: &str) -> String {
    use argon2::PasswordHasher;
    let context = Argon2::new(algorithm, version, params.clone());
    context.hash_password_with_salt(password.as_bytes(), b"sixteen bytes ok").unwrap().to_string()
}

#[test]
fn the_same_password_typed_in_two_normal_forms_is_one() {
    let passwords = passwords();
    let stored = passwords.hash("caf\u{e9}", CLIENT).unwrap();
    assert_eq!(verify(&passwords, "a", "cafe\u{301}", Some(&stored)), Ok(Verdict::Right));
}

#[test]
fn an_unreadable_hash_is_reported_only_in_the_log() {
    let verdict = verify(&passwords(), "a", "123456", Some("123456"));
    assert_eq!(verdict, Ok(Verdict::Unreadable(UnreadableHash::Unknown)));
}

/// The number of blocks of memory that a log-in writes. The time is proportional to it.
fn cost_of(stored: Option<&str>, password: &str) -> u64 {
    let passwords = Passwords::with_limits(1, 0, LONG, "the-sat");
    verify(&passwords, "Levi", password, stored).unwrap();
    passwords.permits.cost()
}

#[test]
fn unknown_names_course_hashes_and_unreadable_ones_cost_as_much_as_a_known_name() {
    let known = passwords().hash("123456", CLIENT).unwrap();
    let standard = cost_of(Some(&known), "wrong");
    assert_eq!(standard, 2 * 19_456);
    for stored in [None, Some(COURSE), Some("nonsense")] {
        assert_eq!(cost_of(stored, "wrong"), standard, "{stored:?}");
    }
    assert_eq!(cost_of(Some(COURSE), "123456"), standard);
}

#[test]
fn a_wrong_password_for_a_weak_hash_costs_as_much_as_the_standard() {
    for (memory, passes) in [(1024, 2), (8192, 3), (19_456, 1)] {
        let params = Params::new(memory, passes, 1, None).unwrap();
        let weak = stored_with(Algorithm::Argon2id, Version::V0x13, &params, "secret");
        assert_eq!(cost_of(Some(&weak), "wrong"), 2 * 19_456, "{memory} KiB, {passes} passes");
    }
}

#[test]
fn a_too_long_password_costs_as_much_as_any_wrong_one() {
    let too_long = "a".repeat(PASSWORD_BYTES_MAX + 1);
    for stored in [None, Some(COURSE)] {
        assert_eq!(cost_of(stored, &too_long), 2 * 19_456);
    }
}

#[test]
fn a_wrapped_course_hash_shows_no_md5_and_is_verified_and_replaced() {
    let passwords = passwords();
    let wrapped = passwords.wrap_course_hash(COURSE).unwrap().unwrap();
    assert!(wrapped.starts_with("course$argon2id$") && wrapped.len() <= 128, "{wrapped}");
    assert!(!wrapped.contains(COURSE));
    let verdict = |name, password| verify(&passwords, name, password, Some(&wrapped));
    assert!(matches!(verdict("Levi", "123456"), Ok(Verdict::RightReplace(_))));
    assert_eq!(verdict("Levi", "12345"), Ok(Verdict::Wrong));
    assert_eq!(verdict("Lev", "123456"), Ok(Verdict::Wrong));
    assert_eq!(verdict("Levi", COURSE), Ok(Verdict::Wrong), "the md5 itself is not a password");
    assert_eq!(cost_of(Some(&wrapped), "wrong"), 2 * 19_456);
    assert_eq!(passwords.wrap_course_hash(&wrapped), Ok(None));
}

#[test]
fn neither_password_nor_salt_is_in_debug() {
    let shown = format!("{:?}", passwords());
    assert!(!shown.contains("the-sat"), "{shown}");
}

#[test]
fn a_flood_is_served_within_the_permits_or_refused_and_takes_no_more_memory() {
    let passwords = Passwords::with_limits(2, 8, LONG, "the-sat");
    let start = Barrier::new(64);
    let verdicts: Vec<_> = thread::scope(|scope| {
        let login = || {
            start.wait();
            verify(&passwords, "Levi", "123456", Some(COURSE))
        };
        let logins: Vec<_> = (0..64).map(|_| scope.spawn(login)).collect();
        logins.into_iter().map(|login| login.join().unwrap()).collect()
    });
    let busy = verdicts.iter().filter(|verdict| **verdict == Err(PasswordError::Busy)).count();
    let right = verdicts.iter().filter(|v| matches!(v, Ok(Verdict::RightReplace(_)))).count();
    assert_eq!(busy + right, 64);
    assert!(right >= 10, "two permits and a queue of eight: only {right} were served");
    let kept = passwords.permits.kept();
    assert!(kept.len() == 2 && kept.iter().all(|&blocks| blocks <= 19_456), "{kept:?}");
    assert_eq!(passwords.permits.waiting(), 0);
}

#[test]
fn a_slash_48_that_fills_the_queue_loses_a_place_to_another_network() {
    let passwords = Passwords::with_limits(1, 2, LONG, "the-sat");
    let held = passwords.permits.take(CLIENT).unwrap();
    thread::scope(|scope| {
        let hash = |client: &'static str| {
            let passwords = &passwords;
            scope.spawn(move || passwords.hash("123456", client.parse().unwrap()))
        };
        let flood = ["2001:db8:1:1::1", "2001:db8:1:2::1"].map(hash);
        while passwords.permits.waiting() < flood.len() {
            thread::yield_now();
        }
        let other = hash("192.0.2.1");
        while !other.is_finished() && flood.iter().all(|one| !one.is_finished()) {
            thread::yield_now();
        }
        drop(held);
        assert!(other.join().unwrap().is_ok());
    });
}
