//! Tests of backups. A backup of either engine is restored into a new database of either engine
//! with the same rows. Neither a backup nor a restore overwrites anything.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use dictapp::store::*;

use crate::{
    mariadb::MariaDb,
    store::{Fresh, at_url, entry, import, lookup, name, on_both_engines, register, time_at, word},
    store_faults::stored_words,
};

on_both_engines! {
    a_backup_is_restored_into_either_engine
    a_backup_overwrites_nothing
    only_the_owner_can_read_a_backup_and_what_is_restored_from_it
}

fn backup_of(fresh: &Fresh) -> PathBuf {
    fresh.folder.path().join("backup.db")
}

/// A store with rows of several tables.
fn filled(fresh: &Fresh) -> Store {
    let store = fresh.open();
    let user = register(&store, "Levi");
    store.record_lookup(&lookup(user, "naïve 词", 1)).unwrap();
    store.record_lookup(&Lookup { found: false, ..lookup(user, "no such", 2) }).unwrap();
    import(&store, "one", "digest", &[entry("apple", "苹果"), entry("be", "是")]);
    store.put_setting("motto", "读书").unwrap();
    let class = ClassId::new(i64::MAX);
    let (name, code) = ("七年级", "ABCD2345");
    store
        .insert_class(NewClass { id: class, teacher: user, name, code, created: time_at(1) })
        .unwrap();
    store.join_class(class, user, time_at(1)).unwrap();
    let words = [word("apple")];
    let list = NewClassList { id: i64::MAX - 1, class, name: "Unit 5", due: 9, words: &words };
    store.insert_class_list(list).unwrap();
    let report = ReportId { at: time_at(1), tie_breaker: u32::MAX };
    store.insert_report(report, None, &word("apple"), "wrong").unwrap();
    let missed = [MissingWord { word: "no such".to_owned(), lookups: 1, last: time_at(2) }];
    store.add_lookup_counts(LookupHour { hour: 0, found: 1, missing: 1 }, &missed).unwrap();
    store
}

fn a_backup_is_restored_into_either_engine(fresh: &Fresh) {
    let store = filled(fresh);
    let version = store.lexicon_version().unwrap();
    let file = backup_of(fresh);
    let counts = store.backup(&file).unwrap();
    assert!(counts.contains(&("hist", 2)) && counts.contains(&("words", 2)), "{counts:?}");
    for table in ["class", "class_member", "class_list", "class_word", "report", "missing_word"] {
        assert!(counts.contains(&(table, 1)), "{table}: {counts:?}");
    }
    // Later changes are not in the backup.
    let user = store.user_by_name(&name("Levi")).unwrap().unwrap().id;
    store.record_lookup(&lookup(user, "later", 3)).unwrap();

    let path = fresh.folder.path().join("restored/dictapp.db");
    let mut targets = vec![at_url(&[format!("sqlite:{}", path.display())])];
    if matches!(fresh.config.url, DatabaseUrl::Mysql(_)) {
        targets.push(at_url(&[MariaDb::shared().database()]));
    }
    for target in targets {
        assert_eq!(restore(&target, &file).unwrap(), counts);
        let restored = Store::open(&target).unwrap();
        let user = restored.user_by_name(&name("Levi")).unwrap().unwrap().id;
        assert_eq!(stored_words(&restored, user), ["no such", "naïve 词"]);
        assert_eq!(restored.setting("motto").unwrap().as_deref(), Some("读书"));
        assert_eq!(restored.lexicon_version().unwrap(), version);
        assert_eq!(restored.books().unwrap().len(), 1);
        assert_eq!(restored.lists_of_pupil(user, 0, 0).unwrap()[0].list.name, "Unit 5");
        drop(restored);
        let error = restore(&target, &file).unwrap_err();
        assert!(error.is_refused(), "{error:?}");
    }
}

fn a_backup_overwrites_nothing(fresh: &Fresh) {
    let store = filled(fresh);
    let file = backup_of(fresh);
    fs::write(&file, "precious").unwrap();
    let error = store.backup(&file).unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("already exists"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
}

fn only_the_owner_can_read_a_backup_and_what_is_restored_from_it(fresh: &Fresh) {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = fresh.folder.path().join("new folder/backup.db");
    filled(fresh).backup(&file).unwrap();
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let path = fresh.folder.path().join("restored.db");
    restore(&at_url(&[format!("sqlite:{}", path.display())]), &file).unwrap();
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn damaged_and_foreign_backups_are_refused() {
    let fresh = Fresh::sqlite();
    let store = filled(&fresh);
    let entries: Vec<_> = (0..2000).map(|n| entry(&format!("{n:04}"), &"m ".repeat(50))).collect();
    import(&store, "two", "d", &entries);
    let file = backup_of(&fresh);
    store.backup(&file).unwrap();
    let target = fresh.folder.path().join("target.db");
    let config = at_url(&[format!("sqlite:{}", target.display())]);

    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 8 * 4096].fill(0xEE);
    fs::write(&file, bytes).unwrap();
    let error = restore(&config, &file).unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("is damaged"), "{error}");

    let theirs = fresh.folder.path().join("theirs.db");
    let other = rusqlite::Connection::open(&theirs).unwrap();
    other.execute_batch("create table invoice (id integer primary key)").unwrap();
    drop(other);
    let error = restore(&config, &theirs).unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("invoice"), "{error}");
    assert!(!target.exists(), "a failed restore leaves nothing");
    let left = fs::read_dir(fresh.folder.path()).unwrap().map(|file| file.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().contains(".part")));
}

#[test]
fn a_backup_is_taken_while_others_write() {
    let fresh = Fresh::sqlite();
    let store = filled(&fresh);
    let user = store.user_by_name(&name("Levi")).unwrap().unwrap().id;
    let file = backup_of(&fresh);
    let counts = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for time in 100..400 {
                store.record_lookup(&lookup(user, "word", time)).unwrap();
            }
        });
        let counts = store.backup(&file).unwrap();
        writer.join().unwrap();
        counts
    });
    let rows = counts.iter().find(|(table, _)| *table == "hist").unwrap().1;
    assert!((2..=302).contains(&rows), "{rows}");
}
