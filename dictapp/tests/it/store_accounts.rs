//! Tests of accounts on both engines: roles, blocked users, sessions, reset codes, the audit log,
//! classes, reports and deletion.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use dictapp::{
    model::{Role, Scopes},
    store::*,
};
use jiff::Timestamp;

use crate::store::{
    Fresh, lookup, name, new_session, new_user, on_both_engines, register, time_at, word,
};

on_both_engines! {
    a_name_that_looks_like_another_is_refused
    roles_and_blocks_are_stored_and_a_blocked_user_has_no_session
    of_many_sessions_the_newest_twenty_stay
    a_session_is_ended_by_its_own_user_only
    a_reset_code_sets_a_password_once_and_ends_all_sessions
    tokens_are_bounded_and_their_users_alone_revoke_them
    a_former_administrator_has_no_token_for_administration
    the_audit_log_is_read_by_user_and_forgets_by_age
    a_deleted_user_leaves_nothing_behind
    users_are_found_by_the_beginning_of_their_names
    the_next_list_of_a_pupil_is_shown_before_those_that_have_passed
    a_list_is_finished_when_each_word_is_learnt
    reports_and_counts_are_kept_until_they_are_settled
    a_history_is_deleted_by_row_by_day_and_whole_and_is_bounded
}

fn a_name_that_looks_like_another_is_refused(fresh: &Fresh) {
    let store = fresh.open();
    register(&store, "Maria");
    assert!(store.insert_user(&new_user("M\u{430}ria", "hash")).unwrap_err().is_conflict());
    let other = store.name_that_looks_like(&name("M\u{430}ria")).unwrap();
    assert_eq!(other.as_deref(), Some("Maria"));
    assert_eq!(store.name_that_looks_like(&name("Mario")).unwrap(), None);
    let form = NewUser { sign_up: Some([7; 32]), ..new_user("Mario", "hash") };
    let mario = store.insert_user(&form).unwrap();
    assert!(store.is_signed_up_by(mario.id, &[7; 32]).unwrap());
    assert!(!store.is_signed_up_by(mario.id, &[8; 32]).unwrap());
}

fn roles_and_blocks_are_stored_and_a_blocked_user_has_no_session(fresh: &Fresh) {
    let store = fresh.open();
    let (levi, mia) = (register(&store, "Levi"), register(&store, "Mia"));
    store.set_role(levi, Role::Admin).unwrap();
    store.insert_session(&new_session(1, levi)).unwrap();
    assert_eq!(store.session_by_hash(&[1; 32]).unwrap().unwrap().role, Role::Admin);
    assert_eq!(store.count_enabled(Role::Admin).unwrap(), 1);
    store.set_disabled(levi, Some(time_at(5))).unwrap();
    assert_eq!(store.user_by_id(levi).unwrap().unwrap().disabled, Some(time_at(5)));
    assert_eq!(store.session_by_hash(&[1; 32]).unwrap(), None);
    assert_eq!(store.count_enabled(Role::Admin).unwrap(), 0);
    store.set_disabled(levi, None).unwrap();
    assert!(store.session_by_hash(&[1; 32]).unwrap().is_some());
    let users = |after, limit| -> Vec<UserId> {
        store.users_after(after, limit).unwrap().iter().map(|user| user.id).collect()
    };
    assert_eq!(users(UserId::BEFORE_ALL, 1), [levi]);
    assert_eq!(users(levi, 9), [mia]);
}

fn of_many_sessions_the_newest_twenty_stay(fresh: &Fresh) {
    let store = fresh.open();
    let levi = register(&store, "Levi");
    for byte in 1..=40 {
        let created = time_at(i64::from(byte));
        store.insert_session(&NewSession { created, ..new_session(byte, levi) }).unwrap();
    }
    let sessions = store.sessions_of(levi).unwrap();
    let kept: Vec<u8> = sessions.iter().map(|session| session.token_hash[0]).collect();
    assert_eq!(kept, (21..=40).rev().collect::<Vec<_>>());
    assert_eq!((&*sessions[0].device, &*sessions[0].network), ("Firefox, Linux", "192.0.2.1"));
}

fn a_session_is_ended_by_its_own_user_only(fresh: &Fresh) {
    let store = fresh.open();
    let (levi, mia) = (register(&store, "Levi"), register(&store, "Mia"));
    for byte in 1..=3 {
        store.insert_session(&new_session(byte, levi)).unwrap();
    }
    assert!(!store.delete_own_session(mia, &[1; 32]).unwrap());
    assert!(store.delete_own_session(levi, &[1; 32]).unwrap());
    assert_eq!(store.delete_other_sessions(levi, &[2; 32]).unwrap(), 1);
    assert!(store.session_by_hash(&[2; 32]).unwrap().is_some());
}

fn a_reset_code_sets_a_password_once_and_ends_all_sessions(fresh: &Fresh) {
    let store = fresh.open();
    let (levi, mia) = (register(&store, "Levi"), register(&store, "Mia"));
    store.insert_session(&new_session(1, levi)).unwrap();
    store.insert_session(&new_session(2, mia)).unwrap();
    store.put_reset_code(levi, &[8; 32], time_at(0), time_at(100)).unwrap();
    store.put_reset_code(levi, &[9; 32], time_at(0), time_at(100)).unwrap();
    assert_eq!(store.user_of_reset_code(&[8; 32], time_at(50)).unwrap(), None, "replaced");
    assert_eq!(store.user_of_reset_code(&[9; 32], time_at(100)).unwrap(), None, "expired");
    assert_eq!(store.user_of_reset_code(&[9; 32], time_at(50)).unwrap(), Some(levi));
    assert!(!store.reset_passwd(levi, &[9; 32], "new", time_at(100)).unwrap(), "expired");
    assert!(!store.reset_passwd(mia, &[9; 32], "new", time_at(50)).unwrap(), "another user's");
    store.insert_api_token(&new_token(1, levi)).unwrap();
    assert!(store.reset_passwd(levi, &[9; 32], "new", time_at(50)).unwrap());
    assert_eq!(store.api_tokens_of(levi).unwrap(), [], "revoked");
    assert!(!store.reset_passwd(levi, &[9; 32], "newer", time_at(50)).unwrap(), "used");
    assert_eq!(store.user_by_id(levi).unwrap().unwrap().passwd, "new");
    assert_eq!(store.session_by_hash(&[1; 32]).unwrap(), None);
    assert!(store.session_by_hash(&[2; 32]).unwrap().is_some());
    store.put_reset_code(levi, &[7; 32], time_at(0), time_at(100)).unwrap();
    assert_eq!(store.delete_expired_reset_codes(time_at(100)).unwrap(), 1);
}

/// A token made before the demotion must not work after another promotion.
fn a_former_administrator_has_no_token_for_administration(fresh: &Fresh) {
    let store = fresh.open();
    let levi = register(&store, "Levi");
    store.set_role(levi, Role::Admin).unwrap();
    let admin = NewApiToken { scopes: Scopes::parse("read admin"), ..new_token(1, levi) };
    assert!(store.insert_api_token(&admin).unwrap());
    assert!(store.insert_api_token(&new_token(2, levi)).unwrap());
    store.set_role(levi, Role::Admin).unwrap();
    assert!(store.api_token_by_hash(&[1; 32]).unwrap().is_some());
    store.set_role(levi, Role::User).unwrap();
    // Made by a request that began before.
    assert!(store.insert_api_token(&NewApiToken { token_hash: [3; 32], ..admin }).unwrap());
    store.set_role(levi, Role::Admin).unwrap();
    assert_eq!(store.api_token_by_hash(&[1; 32]).unwrap(), None);
    assert_eq!(store.api_token_by_hash(&[3; 32]).unwrap(), None);
    assert!(store.api_token_by_hash(&[2; 32]).unwrap().is_some());
}

fn new_token(byte: u8, user: UserId) -> NewApiToken {
    NewApiToken {
        token_hash: [byte; 32],
        user,
        name: format!("token {byte}"),
        scopes: Scopes::parse("read history"),
        created: time_at(byte.into()),
    }
}

fn tokens_are_bounded_and_their_users_alone_revoke_them(fresh: &Fresh) {
    let store = fresh.open();
    let (levi, mia) = (register(&store, "Levi"), register(&store, "Mia"));
    for byte in 1..=20 {
        assert!(store.insert_api_token(&new_token(byte, levi)).unwrap());
    }
    assert!(!store.insert_api_token(&new_token(21, levi)).unwrap(), "one too many");
    assert!(store.insert_api_token(&new_token(22, mia)).unwrap());
    store.touch_api_token(&[1; 32], time_at(99)).unwrap();
    let token = store.api_token_by_hash(&[1; 32]).unwrap().unwrap();
    assert_eq!((token.name, token.scopes.to_string()), (name("Levi"), "read history".to_owned()));
    assert_eq!(token.seen, Some(time_at(99)));
    let own = store.api_tokens_of(levi).unwrap();
    assert_eq!((own.len(), &*own[0].name, own[0].seen), (20, "token 20", None));
    assert!(!store.delete_api_token_of(mia, &[1; 32]).unwrap());
    assert!(store.delete_api_token_of(levi, &[1; 32]).unwrap());
    assert_eq!(store.api_token_by_hash(&[1; 32]).unwrap(), None);
    store.set_disabled(levi, Some(time_at(5))).unwrap();
    assert_eq!(store.api_token_by_hash(&[2; 32]).unwrap(), None, "of a disabled user");
    store.delete_api_tokens_of(levi).unwrap();
    let left = |user| store.api_tokens_of(user).unwrap().len();
    assert_eq!((left(levi), left(mia)), (0, 1));
}

fn the_audit_log_is_read_by_user_and_forgets_by_age(fresh: &Fresh) {
    let store = fresh.open();
    let levi = register(&store, "Levi");
    for (time, event) in AuditEvent::ALL.into_iter().enumerate() {
        let network = Some("2001:db8::1".to_owned());
        let (user, actor, detail) = (Some(levi), None, Some("→".repeat(601)));
        let entry = AuditEntry { at: time_at(time as i64), event, user, actor, network, detail };
        store.insert_audit(&entry, 7).unwrap();
        store.insert_audit(&entry, 7).unwrap(); // sent again
    }
    let unknown = AuditEntry {
        at: time_at(99),
        event: AuditEvent::LogInFailed,
        user: None,
        actor: None,
        network: None,
        detail: None,
    };
    store.insert_audit(&unknown, 7).unwrap();
    let events: Vec<_> = store.audit_before(Some(levi), Timestamp::MAX, 99).unwrap();
    let newest_first: Vec<_> = events.iter().rev().map(|entry| entry.event).collect();
    assert_eq!(newest_first, AuditEvent::ALL);
    assert_eq!(events[0].detail.as_ref().map(|detail| detail.chars().count()), Some(600));
    assert_eq!(store.audit_before(None, Timestamp::MAX, 1).unwrap(), [unknown]);
    assert_eq!(store.delete_audit_before(time_at(10), 8).unwrap(), 8);
    assert_eq!(store.delete_audit_before(time_at(10), 8).unwrap(), 2);
    assert_eq!(
        store.audit_before(None, Timestamp::MAX, 99).unwrap().len(),
        AuditEvent::ALL.len() - 9
    );
}

fn a_deleted_user_leaves_nothing_behind(fresh: &Fresh) {
    let store = fresh.open();
    let (levi, mia) = (register(&store, "Levi"), register(&store, "Mia"));
    for (byte, user) in [(1, levi), (2, mia)] {
        store.insert_session(&new_session(byte, user)).unwrap();
        store.put_reset_code(user, &[byte; 32], time_at(0), time_at(100)).unwrap();
        store.insert_api_token(&new_token(byte, user)).unwrap();
        store.record_lookup(&lookup(user, "apple", 1)).unwrap();
        let entry = AuditEntry {
            at: time_at(1),
            event: AuditEvent::LoggedIn,
            user: Some(user),
            actor: Some(user),
            network: None,
            detail: None,
        };
        store.insert_audit(&entry, byte.into()).unwrap();
        let class = ClassId::new(byte.into());
        let code = format!("CODE000{byte}");
        store.insert_class(new_class(class, user, "Class 7", &code)).unwrap();
        store.join_class(class, user, time_at(1)).unwrap();
        let words = [word("apple")];
        let (id, name, due) = (i64::from(byte), "Unit 5", 1);
        let list = NewClassList { id, class, name, due, words: &words };
        store.insert_class_list(list).unwrap();
        let report = ReportId { at: time_at(1), tie_breaker: byte.into() };
        store.insert_report(report, Some(user), &word("apple"), "wrong").unwrap();
    }
    assert!(store.delete_user(levi).unwrap());
    assert!(!store.delete_user(levi).unwrap());
    let mut raw = fresh.raw();
    for (table, key) in [
        ("user", "id"),
        ("session", "user"),
        ("reset_code", "user"),
        ("api_token", "user"),
        ("hist", "user"),
        ("audit", "user"),
        ("class", "teacher"),
        ("class_member", "user"),
        ("report", "user"),
    ] {
        let count = |raw: &mut crate::store_migration::DirectConnection, user: UserId| {
            raw.count(&format!("select count(*) from {table} where {key} = {user}"))
        };
        assert_eq!((count(&mut raw, levi), count(&mut raw, mia)), (0, 1), "{table}");
    }
    for table in ["class_list", "class_word"] {
        assert_eq!(raw.count(&format!("select count(*) from {table}")), 1, "{table}");
    }
    assert_ne!(register(&store, "Levi"), levi, "a key is never given to another user");
}

fn a_history_is_deleted_by_row_by_day_and_whole_and_is_bounded(fresh: &Fresh) {
    let store = fresh.open();
    let (levi, mia) = (register(&store, "Levi"), register(&store, "Mia"));
    for time in 1..=10 {
        store.record_lookup(&lookup(levi, "apple", time)).unwrap();
        store.record_lookup(&lookup(mia, "apple", time)).unwrap();
    }
    let count = |user| store.count_lookups(user).unwrap();
    assert_eq!(store.delete_word_between(levi, time_at(3), time_at(3), time_at(4)).unwrap(), 1);
    assert_eq!(count(levi), 9);
    assert_eq!(store.delete_lookups_between(levi, time_at(4), time_at(6)).unwrap(), 2);
    assert_eq!(store.trim_lookups(levi, 5).unwrap(), 2);
    assert_eq!(store.trim_lookups(levi, 5).unwrap(), 0);
    let oldest = store.recent_lookups(levi, PageStart::Oldest, 1).unwrap();
    assert_eq!(oldest[0].at, time_at(6));
    assert_eq!(store.delete_lookups(levi).unwrap(), 5);
    assert_eq!((count(levi), count(mia)), (0, 10));
}

fn users_are_found_by_the_beginning_of_their_names(fresh: &Fresh) {
    let store = fresh.open();
    for name in ["Mia", "Levi", "Lena", "李雷", "l"] {
        register(&store, name);
    }
    let names = |beginning, after, limit| -> Vec<String> {
        let users = store.users_named(beginning, after, limit).unwrap();
        users.iter().map(|user| user.name.to_string()).collect()
    };
    assert_eq!(names("Le", "", 9), ["Lena", "Levi"]);
    assert_eq!(names("Le", "Lena", 9), ["Levi"]);
    assert_eq!(names("", "", 2), ["Lena", "Levi"]);
    assert_eq!(names("李", "", 9), ["李雷"]);
    assert!(names("x", "", 9).is_empty());
}

fn new_class<'a>(id: ClassId, teacher: UserId, name: &'a str, code: &'a str) -> NewClass<'a> {
    NewClass { id, teacher, name, code, created: time_at(1) }
}

fn a_list_is_finished_when_each_word_is_learnt(fresh: &Fresh) {
    use dictapp::model::{Grade, Memory};
    let store = fresh.open();
    let (teacher, pupil) = (register(&store, "Lee"), register(&store, "Levi"));
    let class = ClassId::new(5);
    for _ in 0..2 {
        store.insert_class(new_class(class, teacher, "Class 7", "ABCD2345")).unwrap(); // sent again
        store.join_class(class, pupil, time_at(2)).unwrap();
    }
    let taken = store.insert_class(new_class(ClassId::new(6), teacher, "x", "ABCD2345"));
    assert!(taken.unwrap_err().is_conflict());
    assert_eq!(store.class_by_code("ABCD2345").unwrap().unwrap().members, 1);
    let words = [word("apple"), word("pear")];
    let list = NewClassList { id: 9, class, name: "Unit 5", due: 10, words: &words };
    store.insert_class_list(list).unwrap();
    store.insert_class_list(list).unwrap(); // sent again
    assert_eq!(store.class_list_words(9).unwrap(), ["apple", "pear"]);
    let review = |text: &str, microsecond, grade| {
        let saved = SavedWordText::default();
        store.save_word(pupil, &word(text), &saved, time_at(microsecond)).unwrap();
        let memory = Memory::after(None, grade, time_at(microsecond));
        let (user, word, seen) = (pupil, text, 0);
        store.record_review(&NewReview { user, word, seen, grade, memory }).unwrap();
    };
    review("apple", 100, Grade::Easy);
    let shown = |since| store.lists_of_pupil(pupil, since, since).unwrap();
    assert_eq!((shown(10)[0].learnt, shown(10)[0].saved, shown(10)[0].list.words), (1, 1, 2));
    assert!(shown(11).is_empty());
    store.share_progress(class, pupil).unwrap();
    assert!(store.finished_pupils(class, 9).unwrap().is_empty());
    review("pear", 200, Grade::Good);
    assert_eq!((shown(10)[0].learnt, store.learnt_words(pupil).unwrap()), (1, 1), "not for a week");
    assert!(store.finished_pupils(class, 9).unwrap().is_empty());
    store.undo_review(pupil).unwrap();
    review("pear", 300, Grade::Easy);
    assert_eq!(store.finished_pupils(class, 9).unwrap(), [pupil]);
    store.hide_progress(class, pupil).unwrap();
    assert!(store.finished_pupils(class, 9).unwrap().is_empty(), "not shared");
    store.delete_class(class, pupil).unwrap();
    assert!(store.class(class).unwrap().is_some(), "another user's class");
    store.delete_class(class, teacher).unwrap();
    assert!(shown(0).is_empty());
}

/// The number of lists that a pupil sees is limited.
fn the_next_list_of_a_pupil_is_shown_before_those_that_have_passed(fresh: &Fresh) {
    let store = fresh.open();
    let (teacher, pupil) = (register(&store, "Lee"), register(&store, "Levi"));
    let class = ClassId::new(5);
    store.insert_class(new_class(class, teacher, "Class 7", "ABCD2345")).unwrap();
    store.join_class(class, pupil, time_at(2)).unwrap();
    let words = [word("apple")];
    for due in (40..95).chain([104]) {
        let list = NewClassList { id: due, class, name: "Unit 5", due, words: &words };
        store.insert_class_list(list).unwrap();
    }
    let shown = store.lists_of_pupil(pupil, 70 - 30, 100).unwrap();
    let due: Vec<i64> = shown.iter().map(|found| found.list.due).collect();
    assert_eq!(due, (46..95).chain([104]).collect::<Vec<_>>());
    assert_eq!(store.list_name_for_pupil(104, pupil).unwrap().as_deref(), Some("Unit 5"));
    assert_eq!(store.list_name_for_pupil(40, pupil).unwrap().as_deref(), Some("Unit 5"));
    assert_eq!(store.list_name_for_pupil(104, teacher).unwrap(), None);
}

fn reports_and_counts_are_kept_until_they_are_settled(fresh: &Fresh) {
    let store = fresh.open();
    let levi = register(&store, "Levi");
    for (time, user) in [(1, Some(levi)), (2, None)] {
        let id = ReportId { at: time_at(time), tie_breaker: 4_000_000_000 };
        store.insert_report(id, user, &word("naïve 词"), "wrong").unwrap();
        store.insert_report(id, user, &word("naïve 词"), "wrong").unwrap(); // sent again
    }
    let reports = store.reports(9).unwrap();
    let names: Vec<_> = reports.iter().map(|report| report.name.as_deref()).collect();
    assert_eq!((names, store.count_reports().unwrap()), (vec![None, Some("Levi")], 2));
    assert_eq!(store.reports_of(levi).unwrap().len(), 1);
    store.delete_report(reports[0].id).unwrap();
    assert_eq!(store.count_reports().unwrap(), 1);

    let hour = LookupHour { hour: 7, found: 3, missing: 1 };
    let missed = [MissingWord { word: "naïve 词".to_owned(), lookups: 2, last: time_at(5) }];
    store.add_lookup_counts(hour, &missed).unwrap();
    store.add_lookup_counts(hour, &missed).unwrap();
    assert_eq!(store.lookup_hours(0).unwrap(), [LookupHour { hour: 7, found: 6, missing: 2 }]);
    assert_eq!(store.most_missed_words(9).unwrap()[0].lookups, 4);
    store.delete_lookup_counts(8, time_at(6)).unwrap();
    assert!(store.lookup_hours(0).unwrap().is_empty());
    assert!(store.most_missed_words(9).unwrap().is_empty());
}
