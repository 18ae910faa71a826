//! Tests of the stylesheet: all colours of text and borders have enough contrast (WCAG 2.2 AA) in
//! the light and in the dark scheme, and the stylesheet and the scripts of an entry page are small.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::client::Person;
use super::site::Site;

/// The styles and scripts of an entry page, compressed, in bytes. There is no font.
const ENTRY_FILES_MAX: usize = 40_000;

/// Text on its background: 4.5 to 1.
const TEXT: &[(&str, &str)] = &[
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "tint"),
    ("soft", "paper"),
    ("soft", "card"),
    ("accent", "paper"),
    ("accent", "card"),
    ("accent", "tint"),
    ("accent-strong", "paper"),
    ("accent-strong", "card"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("bad", "card"),
    ("bad", "bad-tint"),
];

/// Borders of fields and the focus indicator: 3 to 1.
const EDGES: &[(&str, &str)] =
    &[("edge", "paper"), ("edge", "card"), ("accent", "paper"), ("bad", "card")];

type Palette = BTreeMap<String, [u8; 3]>;

/// The colours of both schemes. The dark one inherits missing colours from the light one.
fn palettes() -> (Palette, Palette) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../static/css/site.css");
    let css = std::fs::read_to_string(path).expect("the stylesheet");
    let (light, rest) = css.split_once("@media (prefers-color-scheme: dark)").expect("a dark one");
    let light = colours(light);
    let dark = colours(rest.split("}\n}").next().expect("its end"));
    assert!(dark.len() > 8, "{dark:?}");
    (light.clone(), light.into_iter().chain(dark).collect())
}

fn colours(css: &str) -> Palette {
    let lines = css.lines().filter_map(|line| line.trim().strip_prefix("--"));
    lines.filter_map(|line| Some((line.split_once(": #")?.0.to_owned(), colour(line)?))).collect()
}

/// `name: #rgb;` or `name: #rrggbb;`.
fn colour(line: &str) -> Option<[u8; 3]> {
    let hex = line.split_once(": #")?.1.trim_end_matches(';');
    let hex: String = match hex.len() {
        3 => hex.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => hex.to_owned(),
    };
    let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: [u8; 3]) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn text_and_borders_have_enough_contrast_in_both_schemes() {
    assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 0.01);
    let (light, dark) = palettes();
    for (scheme, palette) in [("light", light), ("dark", dark)] {
        for (pairs, least) in [(TEXT, 4.5), (EDGES, 3.0)] {
            for (front, back) in pairs {
                let found = contrast(palette[*front], palette[*back]);
                assert!(found >= least, "{front} on {back} in the {scheme} one: {found:.2}");
            }
        }
    }
}

#[test]
fn the_styles_and_scripts_of_an_entry_page_are_small() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let page = levi.get("/word/apple");
    let links = page.body.split("\"/static/").skip(1).filter_map(|rest| rest.split('"').next());
    let files = links.filter(|link| !link.starts_with("images/"));
    let mut bytes = 0;
    for file in files {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(levi.get(&format!("/static/{file}")).body.as_bytes()).unwrap();
        bytes += encoder.finish().unwrap().len();
    }
    assert!((5_000..ENTRY_FILES_MAX).contains(&bytes), "{bytes}");
}
