//! Reads a WordNet database (wndb(5)): `index.*` lists the senses of each lemma (headword in lower
//! case) by frequency, `data.*` has the senses, `*.exc` the irregular forms, `cntlist.rev` how
//! often each sense occurs in tagged texts. The lemma `china` has senses with the spelling `China`
//! and others with `china`, so it becomes two entries.

mod synset;

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::model::{Entry, Languages};

use crate::books::error::{BookError, Place};
use crate::books::input::source::{Meter, Source};
use crate::books::limits::WORDNET_BYTES_MAX;
use crate::books::readers::draft::Draft;
use crate::books::{BookMetadata, ReadState, Reader};
use synset::Synset;

/// Reads WordNet.
pub(crate) struct Wordnet {
    parts: Vec<PartFiles>,
    /// The lines of all indexes, sorted by lemma: the parts of speech of a lemma are adjacent.
    lines: Vec<IndexLine>,
    /// The position in `lines`.
    next: usize,
    /// The irregular forms of each lemma.
    forms: HashMap<String, Vec<String>>,
    frequencies: Frequencies,
    /// The entries of the last lemma that were not returned yet, the next one last.
    ready: Vec<Entry>,
    state: ReadState,
    meter: Meter,
}

/// The files of one part of speech.
struct PartFiles {
    names: &'static PartNames,
    index_path: PathBuf,
    data_path: PathBuf,
    index: String,
    data: String,
}

/// The names of a part of speech: its label in explanations, and its files.
struct PartNames {
    label: &'static str,
    index: &'static str,
    data: &'static str,
    exceptions: &'static str,
    /// The numbers of this part of speech in `cntlist.rev`; 5 is a satellite adjective.
    kinds: &'static [&'static str],
}

const PARTS: [PartNames; 4] = [
    PartNames {
        label: "n.",
        index: "index.noun",
        data: "data.noun",
        exceptions: "noun.exc",
        kinds: &["1"],
    },
    PartNames {
        label: "v.",
        index: "index.verb",
        data: "data.verb",
        exceptions: "verb.exc",
        kinds: &["2"],
    },
    PartNames {
        label: "adj.",
        index: "index.adj",
        data: "data.adj",
        exceptions: "adj.exc",
        kinds: &["3", "5"],
    },
    PartNames {
        label: "adv.",
        index: "index.adv",
        data: "data.adv",
        exceptions: "adv.exc",
        kinds: &["4"],
    },
];

const COUNTS: &str = "cntlist.rev";

/// One line of one index: a lemma with the offsets of its senses.
#[derive(Clone, Copy)]
struct IndexLine {
    /// The index of the part of speech in [`PARTS`].
    part: usize,
    /// The number of the line, from 1.
    number: u64,
    /// The offset of the line in the file.
    start: usize,
    /// The offset of the end of the line.
    end: usize,
}

/// A spelling of a lemma, and its explanation.
struct Spelling {
    headword: String,
    explanation: String,
}

/// How often lemmas occur in tagged texts: counts of each lemma and part of speech, and the rank of
/// each lemma by its total count, from 1.
#[derive(Default)]
struct Frequencies {
    by_part: HashMap<(String, usize), u32>,
    ranks: HashMap<String, u32>,
}

/// The files of the database in this folder, or in the folder of this file.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, BookError> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    let mut files = Vec::new();
    for names in &PARTS {
        for name in [names.index, names.data] {
            let file = folder.join(name);
            if !file.is_file() {
                let reason = "is missing: WordNet needs it";
                return Err(BookError::whole(&file, reason));
            }
            files.push(file);
        }
    }
    let more = PARTS.iter().map(|names| names.exceptions).chain([COUNTS]);
    files.extend(more.map(|name| folder.join(name)).filter(|file| file.is_file()));
    Ok(files)
}

impl Wordnet {
    pub(crate) fn open(path: &Path) -> Result<Wordnet, BookError> {
        let files = files(path)?;
        let folder = files[0].parent().unwrap_or(Path::new(""));
        let mut parts = Vec::new();
        for names in &PARTS {
            let index_path = folder.join(names.index);
            let data_path = folder.join(names.data);
            let index = read(&index_path)?;
            let data = read(&data_path)?;
            parts.push(PartFiles { names, index_path, data_path, index, data });
        }
        let mut lines: Vec<IndexLine> = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            lines.extend(part.lines(number));
        }
        lines.sort_by(|a, b| parts[a.part].lemma(a).cmp(parts[b.part].lemma(b)));
        let meter = Meter::counting(lines.len() as u64);
        Ok(Wordnet {
            state: ReadState::new(Place::LineOf(PARTS[0].index, 0), meter.clone()),
            meter,
            lines,
            next: 0,
            forms: forms(folder)?,
            frequencies: Frequencies::read(&folder.join(COUNTS))?,
            parts,
            ready: Vec::new(),
        })
    }

    /// Makes the entries of the next lemma, in reverse order, since they are taken from the end.
    /// `false`: there are no more lemmas.
    fn advance(&mut self) -> Result<bool, BookError> {
        let Some(&first) = self.lines.get(self.next) else { return Ok(false) };
        let lemma = self.parts[first.part].lemma(&first).to_owned();
        let is_same = |line: &&IndexLine| self.parts[line.part].lemma(line) == lemma;
        let mut group: Vec<IndexLine> =
            self.lines[self.next..].iter().take_while(is_same).copied().collect();
        self.next += group.len();
        self.meter.advance(group.len() as u64);
        group.sort_by_key(|l| std::cmp::Reverse(self.frequencies.frequency_of(&lemma, l.part)));
        self.state.place = Place::LineOf(self.parts[first.part].names.index, first.number);
        let mut spellings: Vec<Spelling> = Vec::new();
        for line in &group {
            self.parts[line.part].senses(line, &lemma, &mut spellings)?;
        }
        let forms = self.forms.get(&lemma).cloned().unwrap_or_default();
        for Spelling { headword, explanation } in spellings.into_iter().rev() {
            let rank = self.frequencies.ranks.get(&lemma).copied();
            let draft = Draft { explanation, rank, forms: forms.clone(), ..Draft::new(&headword) };
            self.ready.extend(self.state.finish(draft));
        }
        Ok(true)
    }
}

impl PartFiles {
    /// The lines of the index, without those of the licence, which begin with a space.
    fn lines(&self, part: usize) -> impl Iterator<Item = IndexLine> {
        let mut start = 0;
        (1..).zip(self.index.split_inclusive('\n')).filter_map(move |(number, text)| {
            let from = start;
            start += text.len();
            let filled = !text.starts_with(' ') && !text.trim().is_empty();
            filled.then_some(IndexLine { part, number, start: from, end: from + text.len() })
        })
    }

    /// The lemma of a line of the index.
    fn lemma(&self, line: &IndexLine) -> &str {
        let text = &self.index[line.start..line.end];
        text.split(' ').next().unwrap_or_default()
    }

    /// Adds the senses in a line of the index to the explanation of each spelling of its lemma.
    fn senses(
        &self,
        line: &IndexLine,
        lemma: &str,
        spellings: &mut Vec<Spelling>,
    ) -> Result<(), BookError> {
        let damaged =
            |reason: &str| BookError::in_file(&self.index_path, Place::Line(line.number), reason);
        let text = &self.index[line.start..line.end];
        let offsets = offsets(text).ok_or_else(|| damaged("is not a line of a WordNet index"))?;
        for offset in offsets {
            let offset: usize =
                offset.parse().map_err(|_| damaged("has an offset that is not a number"))?;
            let synset = self.synset(offset)?;
            let mut found = synset.spellings(lemma).peekable();
            // A sense lists its words. If the lemma is not among them, the offset is wrong.
            if found.peek().is_none() {
                let reason = format!("sense {offset:08} of {} is of other words", self.names.data);
                return Err(damaged(&reason));
            }
            for spelling in found {
                let at = spellings.iter().position(|known| known.headword == spelling);
                let at = at.unwrap_or_else(|| {
                    spellings
                        .push(Spelling { headword: spelling.clone(), explanation: String::new() });
                    spellings.len() - 1
                });
                synset.write(self.names.label, &spelling, &mut spellings[at].explanation);
            }
        }
        Ok(())
    }

    /// The sense at this offset of the data file.
    fn synset(&self, offset: usize) -> Result<Synset<'_>, BookError> {
        let damaged =
            |reason| BookError::in_file(&self.data_path, Place::Byte(offset as u64), reason);
        let line = self.data.get(offset..).and_then(|rest| rest.lines().next());
        let line = line.ok_or_else(|| damaged("the offset is outside of the file"))?;
        Synset::parse(line, offset).ok_or_else(|| damaged("not the beginning of a sense"))
    }
}

/// The offsets in a line of an index: `lemma pos synset_cnt p_cnt [pointer...] sense_cnt
/// tagsense_cnt offset...`. `None`: it is no such line.
fn offsets(line: &str) -> Option<impl Iterator<Item = &str>> {
    let mut fields = line.split_whitespace().skip(2);
    let count: usize = fields.next()?.parse().ok()?;
    let pointers: usize = fields.next()?.parse().ok()?;
    let offsets: Vec<&str> = fields.skip(pointers).skip(2).collect();
    (offsets.len() == count && count > 0).then(|| offsets.into_iter())
}

/// The whole text of one file.
fn read(path: &Path) -> Result<String, BookError> {
    let mut bytes = Vec::new();
    let fail = |error| BookError::io(path, error);
    Source::open(path)?.take(WORDNET_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > WORDNET_BYTES_MAX {
        return Err(BookError::whole(path, format!("is larger than {WORDNET_BYTES_MAX} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to() as u64;
        BookError::in_file(path, Place::Byte(byte), "is not UTF-8")
    })
}

/// The irregular forms of each lemma, from the lines of `*.exc`: a form and its lemmas.
fn forms(folder: &Path) -> Result<HashMap<String, Vec<String>>, BookError> {
    let mut forms: HashMap<String, Vec<String>> = HashMap::new();
    for names in &PARTS {
        let path = folder.join(names.exceptions);
        let text = if path.is_file() { read(&path)? } else { String::new() };
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let Some(form) = words.next() else { continue };
            for lemma in words {
                forms.entry(lemma.to_owned()).or_default().push(form.replace('_', " "));
            }
        }
    }
    Ok(forms)
}

impl Frequencies {
    /// Sums the counts of the lines `lemma%kind:... sense count`, in which `kind` is the number of
    /// a part of speech. Empty if the file is missing.
    fn read(path: &Path) -> Result<Frequencies, BookError> {
        let text = if path.is_file() { read(path)? } else { String::new() };
        let mut frequencies = Frequencies::default();
        let mut totals: HashMap<&str, u32> = HashMap::new();
        for line in text.lines() {
            let Some((lemma, rest)) = line.split_once('%') else { continue };
            let kind = rest.split(':').next().unwrap_or_default();
            let part = PARTS.iter().position(|names| names.kinds.contains(&kind));
            let count = rest.split_whitespace().nth(2).and_then(|text| text.parse::<u32>().ok());
            let Some((part, count)) = part.zip(count) else { continue };
            let known = frequencies.by_part.entry((lemma.to_owned(), part)).or_default();
            *known = known.saturating_add(count);
            let total = totals.entry(lemma).or_default();
            *total = total.saturating_add(count);
        }
        let mut order: Vec<(&str, u32)> = totals.into_iter().collect();
        order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        frequencies.ranks = order.into_iter().map(|(lemma, _)| lemma.to_owned()).zip(1..).collect();
        Ok(frequencies)
    }

    /// The count of a lemma as this part of speech.
    fn frequency_of(&self, lemma: &str, part: usize) -> u32 {
        self.by_part.get(&(lemma.to_owned(), part)).copied().unwrap_or_default()
    }
}

impl Reader for Wordnet {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        loop {
            if let Some(entry) = self.ready.pop() {
                return Ok(Some(entry));
            }
            if !self.advance()? {
                return Ok(None);
            }
        }
    }

    fn state(&self) -> &ReadState {
        &self.state
    }

    fn metadata(&self) -> BookMetadata {
        BookMetadata {
            title: Some("WordNet".to_owned()),
            languages: Languages::parse("en-en"),
            licence: Some("WordNet License".to_owned()),
        }
    }
}
