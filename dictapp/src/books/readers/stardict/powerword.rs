//! Converts a StarDict field in the XML of the dictionary Kingsoft PowerWord (type `k`) to an
//! explanation: `<CX>n.</CX><JX>苹果</JX>` becomes `n. 苹果`. The elements have Chinese names (`单词词性`)
//! or two letters of the pinyin (`CX`).

use crate::books::text::gloss;

/// The parts of a converted article.
#[derive(Debug, Default)]
pub(super) struct Article {
    pub(super) phonetic: Option<String>,
    pub(super) explanation: String,
}

/// The elements by their content.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Headword,
    Phonetic,
    Part,
    Gloss,
    Example,
    Translation,
    Other,
}

impl Element {
    fn from_name(name: &str) -> Element {
        match name {
            "单词原型" | "DC" => Element::Headword,
            "单词音标" | "音标" | "CB" | "YB" => Element::Phonetic,
            "单词词性" | "词性" | "CX" => Element::Part,
            "解释" | "JX" => Element::Gloss,
            "例句原型" | "例句" | "LY" => Element::Example,
            "例句解释" | "例句翻译" | "LS" => Element::Translation,
            _ => Element::Other,
        }
    }
}

/// Converts an article. If a tag is cut off, the rest of the article is ignored.
pub(super) fn parse(xml: &str) -> Article {
    let mut article = Article::default();
    let mut open: Vec<Element> = Vec::new();
    let mut part = String::new();
    let mut rest = xml;
    while !rest.is_empty() {
        let end = rest.find('<').unwrap_or(rest.len());
        article.push(open.last().copied().unwrap_or(Element::Other), &rest[..end], &mut part);
        rest = &rest[end..];
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let (text, after) = data.split_once("]]>").unwrap_or((data, ""));
            article.push(open.last().copied().unwrap_or(Element::Other), text, &mut part);
            rest = after;
            continue;
        }
        let Some((tag, after)) = rest.get(1..).and_then(|tag| tag.split_once('>')) else { break };
        rest = after;
        if tag.starts_with('/') {
            open.pop();
        } else if !tag.ends_with('/') && !tag.starts_with(['?', '!']) && open.len() < DEPTH_MAX {
            open.push(Element::from_name(tag.split_whitespace().next().unwrap_or_default()));
        }
    }
    article
}

/// Maximum depth of elements. Real articles have eight levels.
const DEPTH_MAX: usize = 64;

impl Article {
    /// Adds the text of an element. `part` is the part of speech of the next glosses, with a space.
    fn push(&mut self, element: Element, text: &str, part: &mut String) {
        let text = htmlize::unescape(text);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return;
        }
        match element {
            Element::Headword => {}
            Element::Phonetic => {
                let first = self.phonetic.take().map(|first| first + "; ").unwrap_or_default();
                self.phonetic = Some(first + text.trim_matches(['[', ']', '/']));
            }
            Element::Part => *part = format!("{text} "),
            Element::Gloss | Element::Other => {
                let line = format!("{part}{}", gloss::escape_line_marker(&text));
                self.push_line(&line);
            }
            Element::Example => self.push_line(&format!("> {text}")),
            Element::Translation => self.explanation.push_str(&format!(" = {text}")),
        }
    }

    /// Appends a line to the explanation.
    fn push_line(&mut self, line: &str) {
        if !self.explanation.is_empty() {
            self.explanation.push('\n');
        }
        self.explanation.push_str(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_elements_with_chinese_and_with_short_names() {
        let article = parse(
            "<词典><单词原型>x</单词原型><单词音标>ˈkɪŋ</单词音标><单词词性>n.</单词词性>\
             <解释>金山</解释><LY><![CDATA[A & B]]></LY><LS>甲乙</LS></词典>",
        );
        assert_eq!(article.phonetic.as_deref(), Some("ˈkɪŋ"));
        assert_eq!(article.explanation, "n. 金山\n> A & B = 甲乙");
        assert_eq!(parse("<a").explanation, "");
    }
}
