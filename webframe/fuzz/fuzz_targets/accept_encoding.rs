//! Any text as `Accept-Encoding` and `Accept-Language`: only what is offered is chosen, never what was refused, and order matters
//! to nobody who names each coding once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webframe::accept::{Coding, best_coding, best_language};

const OFFERED: [Coding; 2] = [Coding::Brotli, Coding::Gzip];

fuzz_target!(|field: &str| {
    let best = best_coding(Some(field), &OFFERED);
    if best != Coding::Identity {
        assert!(is_named(best, field), "{best:?} for {field:?}");
    }
    assert_eq!(best, best_coding(Some(&format!(" , {field} ,\t,")), &OFFERED), "{field:?}");
    let mut members: Vec<&str> = field.split(',').collect();
    let mut names: Vec<String> = members.iter().map(|member| name(member)).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() == members.len() && !names.contains(&"x-gzip".to_owned()) {
        members.reverse();
        assert_eq!(best, best_coding(Some(&members.join(",")), &OFFERED), "{field:?}");
    }
    if let Some(language) = best_language(field, &["zh", "en", "de-CH"]) {
        assert!(["zh", "en", "de-CH"].contains(&language));
    }
});

fn name(member: &str) -> String {
    member.split(';').next().unwrap_or_default().trim_matches([' ', '\t']).to_ascii_lowercase()
}

fn is_named(coding: Coding, field: &str) -> bool {
    field.split(',').map(name).any(|name| {
        name == coding.token() || name == "*" || (coding == Coding::Gzip && name == "x-gzip")
    })
}
