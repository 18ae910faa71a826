//! The page of a word: its labels, and the names of the parts of speech.

use super::texts;

texts! {
    /// An entry.
    Word {
        title: "{word} 的释义", "{word}: meaning";
        phonetic: "音标", "Pronunciation";
        inflection: "“{form}”是它的词形变化", "“{form}” is a form of this word";
        phrases: "相关短语", "Phrases";
        synonyms: "同义词", "Synonyms";
        book: "出自《{title}》", "From: {title}";
    }
}

texts! {
    /// The names of parts of speech.
    Part {
        noun: "名词", "noun";
        verb: "动词", "verb";
        transitive: "及物动词", "transitive verb";
        intransitive: "不及物动词", "intransitive verb";
        auxiliary: "助动词", "auxiliary verb";
        modal: "情态动词", "modal verb";
        linking: "系动词", "linking verb";
        adjective: "形容词", "adjective";
        adverb: "副词", "adverb";
        preposition: "介词", "preposition";
        conjunction: "连词", "conjunction";
        pronoun: "代词", "pronoun";
        numeral: "数词", "number";
        article: "冠词", "article";
        determiner: "限定词", "determiner";
        interjection: "感叹词", "interjection";
        abbreviation: "缩写", "abbreviation";
        phrase: "短语", "phrase";
        prefix: "前缀", "prefix";
        suffix: "后缀", "suffix";
        plural: "复数", "plural";
        singular: "单数", "singular";
        infinitive: "不定式", "infinitive";
        uncountable: "不可数名词", "uncountable noun";
    }
}
