//! The texts of the page of the history.

use super::texts;

texts! {
    /// The history.
    History {
        title: "查词记录", "History";
        order: "最新的在前。", "Newest first.";
        word: "单词", "Word";
        time: "时间", "Time";
        missing: "未收录", "not found";
        empty: "还没有记录。查一个词试试。", "No look-ups yet. Look up a word.";
        delete: "删除", "Delete";
        delete_word: "删除“{word}”这条记录", "Delete the look-up of {word}";
        times: "{count} 次", "{count} times";
        delete_day: "删除这一天", "Delete this day";
        delete_all: "删除全部查词记录", "Delete the whole history";
        delete_all_hint: "删除后无法恢复。", "This cannot be undone.";
        kinds: "记录类型", "Kinds of look-ups";
        all: "全部", "All";
        only_missing: "未收录的", "Not found";
        filter: "只看包含以下内容的词", "Words that contain";
        filter_button: "筛选", "Filter";
        clear: "清除筛选", "Clear the filter";
        no_match: "没有符合条件的记录。", "No matching look-ups.";
        newer: "较新的", "Newer";
        older: "较早的", "Older";
    }
}
