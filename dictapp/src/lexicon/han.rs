//! Replaces equivalent Chinese and Japanese characters, so that both spellings of a word have the
//! same key: traditional characters by simplified ones, katakana by hiragana.

use std::sync::LazyLock;

/// Pairs of a traditional and its simplified character, separated by spaces. Lines with `#` are
/// comments.
const PAIRS: &str = include_str!("find/data/traditional.txt");

/// The range of the characters that may have a simplified one: from `FIRST`, before `END`.
const FIRST: u32 = 0x3400;
const END: u32 = 0xA000;

/// The simplified character of each character from [`FIRST`] on; most are their own.
static SIMPLIFIED: LazyLock<Box<[char]>> = LazyLock::new(|| {
    let mut table: Box<[char]> = (FIRST..END).filter_map(char::from_u32).collect();
    let lines = PAIRS.lines().filter(|line| !line.starts_with('#'));
    for pair in lines.flat_map(str::split_whitespace) {
        let mut pair = pair.chars();
        if let (Some(traditional), Some(simplified)) = (pair.next(), pair.next())
            && let Some(place) = table.get_mut((u32::from(traditional) - FIRST) as usize)
        {
            *place = simplified;
        }
    }
    table
});

/// The simplified character for a traditional one. Any other character stays as it is.
pub(super) fn simplified(c: char) -> char {
    let place = u32::from(c).wrapping_sub(FIRST);
    if place >= END - FIRST { c } else { SIMPLIFIED.get(place as usize).copied().unwrap_or(c) }
}

/// The hiragana for a katakana. Any other character stays as it is.
pub(super) fn hiragana(c: char) -> char {
    match c {
        '\u{30A1}'..='\u{30F6}' | '\u{30FD}' | '\u{30FE}' => {
            char::from_u32(u32::from(c) - 0x60).unwrap_or(c)
        }
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_becomes_the_simple_one_once() {
        let text: String = "學蘋果學生".chars().map(simplified).collect();
        assert_eq!(text, "学苹果学生");
        let kana: String = "ガラス".chars().map(hiragana).collect();
        assert_eq!(kana, "がらす");
        for c in SIMPLIFIED.iter() {
            assert_eq!(simplified(*c), *c);
        }
    }
}
