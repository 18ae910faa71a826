//! The page of the history.

use super::texts;

texts! {
    /// The history.
    History {
        title: "查词记录", "History";
        order: "最新的在前。", "The newest first.";
        name: "用户", "Name";
        word: "单词", "Word";
        time: "时间", "Time";
        missing: "未收录", "not found";
        empty: "还没有记录。查一个词试试。", "Nothing here yet. Look up a word.";
        delete: "删除", "Delete";
        delete_word: "删除“{word}”这条记录", "Delete the look-up of {word}";
        newer: "较新的", "Newer";
        older: "较早的", "Older";
    }
}
