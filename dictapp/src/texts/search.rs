//! The texts of the search box, of matches, and of queries without a match.

use super::texts;

texts! {
    /// The search box and matches.
    Search {
        label: "查词", "Look up";
        placeholder: "输入英文或中文", "English or Chinese";
        short: "查词", "Look up";
        button: "查词", "Look up";
        count: "{count} 个建议", "Suggestions: {count}";
        suggestions: "建议的词", "Suggested words";
        empty_title: "请输入要查的词", "Type a word to look up";
        empty_text:
            "请在查询框里输入一个英文或中文词。",
            "Type an English or Chinese word into the search box.";
        too_long_title: "输入的内容太长", "The query is too long";
        too_long_text:
            "最多可以输入 255 个字符，请缩短一些。",
            "A query may have at most 255 characters.";
        control_title: "无法查询这个内容", "Invalid query";
        control_text: "输入中含有控制字符，请删除后再试。", "The query contains a control character. Remove it and try again.";
        bad_pattern_title: "查询表达式有误", "Invalid pattern";
        bad_pattern_text: "原因（英文）：{problem}", "The reason: {problem}";
        pattern_title: "符合“{query}”的词", "Words that match “{query}”";
        pattern_text: "? 代表一个字符，* 代表任意多个字符。", "? stands for one character, * for any number.";
        regex_title: "符合“{query}”的词", "Words that match “{query}”";
        regex_text:
            "两条斜线之间是正则表达式，不区分大小写。",
            "The text between slashes is a regular expression; case is ignored.";
        reverse_title: "释义中有“{query}”的词", "Words that mean “{query}”";
        reverse_text: "最贴切的排在前面。", "Best matches first.";
        pinyin_title: "拼音为“{query}”的词", "Words with the pinyin “{query}”";
        pinyin_text: "按拼音查找，最常用的排在前面。", "Found by pinyin, most common words first.";
        words_title: "“{query}”里的词", "The words in “{query}”";
        words_text:
            "没有完全对应的词条，下面是其中的词和短语。",
            "There is no entry for the whole text. These are its words and phrases.";
        near_title: "没有找到“{query}”", "“{query}” was not found";
        near_text: "您要找的是不是：", "Did you mean:";
        nothing_title: "没有找到“{query}”", "“{query}” was not found";
        nothing_text:
            "词典里没有相近的词。请检查拼写，或换一个词试试。",
            "There are no similar words. Check the spelling, or try another word.";
        slow: "查询时间过长，只显示了部分结果。", "The search took too long, so some results are missing.";
        too_many:
            "结果太多，只显示了前面的一部分，请换一个更具体的查询。",
            "There are too many results to show them all. Try a more specific query.";
    }
}

texts! {
    /// A word that no book has.
    Missing {
        title: "没有找到“{word}”", "“{word}” was not found";
        near: "您要找的是不是：", "Did you mean:";
        nothing:
            "词典里没有相近的词。请检查拼写，或换一个词试试。",
            "There are no similar words. Check the spelling, or try another word.";
    }
}
