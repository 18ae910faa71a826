//! The texts of the page of a word: its labels, and the names of the parts of speech.

use super::texts;

texts! {
    /// An entry.
    Word {
        title: "{word} 的释义", "{word}: meaning";
        phonetic: "音标", "Pronunciation";
        inflection: "{form}：{text}", "{form}: {text}";
        phrases: "相关短语", "Phrases";
        synonyms: "同义词", "Synonyms";
        antonyms: "反义词", "Antonyms";
        collocations: "常用搭配", "Collocations";
        family: "同族词", "Word family";
        weak: "弱读", "weak";
        level: "欧洲语言共同参考框架 {level} 级", "Level {level} of the Common European Framework";
        frequency: "常用程度：{dots}（共 5 级，5 级最常用）", "Frequency: {dots} of 5";
        common_5: "最常用", "very common";
        common_4: "很常用", "common";
        common_3: "较常用", "fairly common";
        common_2: "不太常用", "less common";
        common_1: "不常用", "rare";
        anchors: "页内导航", "On this page";
        more: "另有 {count} 个义项", "{count} more senses";
        share: "分享", "Share";
        shared: "链接已复制", "Link copied";
        listen: "朗读：{word}（{region}）", "Listen: {word} ({region})";
        popup: "释义", "Meaning";
        open: "查看词条", "Open entry";
        close: "关闭", "Close";
        unrecorded:
            "暂时无法连接数据库，这次查词没有记入查词记录。",
            "The database is unavailable, so this look-up is not in your history.";
        book_en_zh: "英汉学习词典", "English-Chinese Dictionary";
        book_en_en: "英英词典 WordNet", "English Dictionary (WordNet)";
        tab_en_zh: "英汉", "Chinese";
        tab_en_en: "英英", "English";
        tab_phrases: "短语", "Phrases";
        english: "英语", "English";
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

texts! {
    /// The names of inflected forms.
    Form {
        plural: "复数", "plural";
        third: "第三人称单数", "third person";
        past: "过去式", "past tense";
        participle: "过去分词", "past participle";
        ing: "现在分词", "present participle";
        comparative: "比较级", "comparative";
        superlative: "最高级", "superlative";
        some: "变化形式", "form";
        and: "、", ", ";
        of: "{word} 的{kind}", "{kind} of {word}";
    }
}

texts! {
    /// The labels of senses. The English text is the label in explanations.
    Label {
        countable: "可数", "C";
        uncountable: "不可数", "U";
        either: "可数或不可数", "C or U";
        singular: "单数", "singular";
        plural: "复数", "plural";
        usually_singular: "常用单数", "usually singular";
        usually_plural: "常用复数", "usually plural";
        transitive: "及物", "transitive";
        intransitive: "不及物", "intransitive";
        linking: "系动词", "linking verb";
        before_noun: "用于名词前", "before noun";
        not_before_noun: "不用于名词前", "not before noun";
        passive: "常用被动", "usually passive";
        formal: "正式", "formal";
        informal: "非正式", "informal";
        spoken: "口语", "spoken";
        written: "书面语", "written";
        literary: "文学", "literary";
        slang: "俚语", "slang";
        humorous: "诙谐", "humorous";
        approving: "褒义", "approving";
        disapproving: "贬义", "disapproving";
        british: "英式", "British";
        american: "美式", "American";
        dated: "过时", "dated";
        taboo: "禁忌", "taboo";
        offensive: "冒犯", "offensive";
        technical: "术语", "technical";
        computing: "计算机", "computing";
        law: "法律", "law";
        medicine: "医学", "medicine";
        biology: "生物", "biology";
        chemistry: "化学", "chemistry";
        physics: "物理", "physics";
        mathematics: "数学", "mathematics";
        grammar: "语法", "grammar";
        business: "商业", "business";
        politics: "政治", "politics";
        military: "军事", "military";
        religion: "宗教", "religion";
        music: "音乐", "music";
        sport: "体育", "sport";
    }
}
