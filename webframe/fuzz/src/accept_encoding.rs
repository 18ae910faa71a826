//! Checks the choice of a coding by `Accept-Encoding` and of a language by `Accept-Language` with
//! any text: a naive implementation makes the same choice, and the order of the list has no effect
//! if it names each coding only once.

use super::text;
use webframe::accept::{Coding, best_coding, best_language};

const CODINGS: [Coding; 2] = [Coding::Brotli, Coding::Gzip];
const LANGUAGES: [&str; 3] = ["zh", "en", "de-CH"];

/// Panics if the chosen coding or language is not the best one.
pub fn check(data: &[u8]) {
    let field = text(data);
    let best = best_coding(Some(field), &CODINGS);
    assert_eq!(best, naive_coding(field), "{field:?}");
    assert_eq!(best, best_coding(Some(&format!(" , {field} ,\t,")), &CODINGS), "{field:?}");
    let mut members: Vec<&str> = field.split(',').collect();
    let mut names: Vec<String> = members.iter().map(|member| name(member)).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() == members.len() && !names.contains(&"x-gzip".to_owned()) {
        members.reverse();
        assert_eq!(best, best_coding(Some(&members.join(",")), &CODINGS), "{field:?}");
    }
    assert_eq!(best_language(field, &LANGUAGES), naive_language(field), "{field:?}");
}

/// The name of a member of the list, which may have parameters.
fn name(member: &str) -> String {
    member.split(';').next().unwrap_or_default().trim_matches([' ', '\t']).to_ascii_lowercase()
}

/// The name of each member with a valid weight, and the weight in thousandths.
fn weights(field: &str) -> Vec<(String, u32)> {
    let weight = |member: &str| {
        let mut weight = 1000;
        for parameter in member.split(';').skip(1) {
            let (name, value) = parameter.split_once('=')?;
            if ["q", "Q"].contains(&name.trim_matches([' ', '\t'])) {
                weight = thousandths(value.trim_matches([' ', '\t']))?;
            }
        }
        Some(weight)
    };
    let named =
        |member| Some((name(member), weight(member)?)).filter(|member| !member.0.is_empty());
    field.split(',').filter_map(named).collect()
}

/// Parses a weight: one digit, a point and up to three digits (RFC 9110 §12.4.2); at most 1.
fn thousandths(text: &str) -> Option<u32> {
    let mut chars = text.chars();
    let mut thousandths = chars.next()?.to_digit(10)? * 1000;
    if chars.next().is_some_and(|point| point != '.') || text.len() > 5 {
        return None;
    }
    for worth in [100, 10, 1] {
        thousandths += chars.next().map_or(Some(0), |char| char.to_digit(10))? * worth;
    }
    (thousandths <= 1000).then_some(thousandths)
}

/// The coding with the largest weight. The list gives the weight of a coding by its name, or else
/// by `*`. If it gives none, brotli and gzip have the weight 0, and `identity` the smallest weight
/// above 0.
fn naive_coding(field: &str) -> Coding {
    let weights = weights(field);
    let weight_of = |names: &[&str]| {
        let named = weights.iter().find(|member| names.contains(&&*member.0));
        named.or(weights.iter().find(|member| member.0 == "*")).map(|member| member.1)
    };
    let brotli = weight_of(&["br"]).unwrap_or(0);
    let gzip = weight_of(&["gzip", "x-gzip"]).unwrap_or(0);
    let identity = weight_of(&["identity"]).unwrap_or(1);
    match brotli.max(gzip).max(identity) {
        0 => Coding::Identity,
        best if best == brotli => Coding::Brotli,
        best if best == gzip => Coding::Gzip,
        _ => Coding::Identity,
    }
}

/// The offered language that matches the member with the largest weight, among the languages that
/// no member refuses by their full name.
fn naive_language(field: &str) -> Option<&'static str> {
    let mut weights = weights(field);
    weights.sort_by_key(|member| 1000 - member.1);
    let refused: Vec<&String> =
        weights.iter().filter(|member| member.1 == 0).map(|member| &member.0).collect();
    let offered = LANGUAGES.iter().filter(|tag| !refused.contains(&&tag.to_ascii_lowercase()));
    let offered: Vec<&&str> = offered.collect();
    weights.iter().filter(|member| member.1 > 0).find_map(|(range, _)| {
        let matches_range = |tag: &&&&str| {
            let (range, tag) = (format!("{range}-"), format!("{}-", tag.to_ascii_lowercase()));
            range == "*-" || range.starts_with(&tag) || tag.starts_with(&range)
        };
        offered.iter().find(matches_range).map(|tag| **tag)
    })
}
