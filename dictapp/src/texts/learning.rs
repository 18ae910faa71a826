//! The texts of the word book (the words that a user has saved), its reviews and the progress page.

use super::texts;

texts! {
    /// The word book.
    Words {
        title: "生词本", "Word book";
        save: "收藏", "Save";
        saved: "已收藏", "Saved";
        save_word: "收藏 {word}", "Save {word}";
        saved_word: "已收藏 {word}", "{word} is saved";
        remove: "删除", "Remove";
        count: "共 {count} 个词", "Words: {count}";
        empty: "还没有生词。在单词页面点“收藏”，就会加入这里。", "No words yet. Open a word and choose “Save”.";
        full: "生词本已满（最多 {max} 个词），请先删除一些。", "Your word book is full ({max} words at most). Remove some first.";
        added: "已加入 {count} 个词。", "Words added: {count}. ";
        known: "{count} 个词原来就在生词本里。", "Already in your word book: {count}. ";
        filled: "其中 {count} 个补上了导入的笔记或例句。", "Of these, words that got a note or a sentence: {count}. ";
        kept: "{count} 个词已有自己的笔记或例句，保留原来的，没有导入新的。", "Words that kept their own note or sentence instead of the imported one: {count}. ";
        import_known: "生词本里已有的词不会重复加入：没有笔记或例句的会补上，已有的保留原来的。", "A word that is already in your word book is not added again. If it has no note or sentence, it gets the imported one; otherwise it keeps its own.";
        skipped: "{count} 行没有可以收藏的词，已略过。", "Rows skipped for having no word that can be saved: {count}.";
        unknown: "词典里没有这些词（{count} 个），请检查拼写：{words}", "Not in the dictionary ({count}), check the spelling: {words}";
        unreadable: "无法读取此文件（{what}）。请另存为“CSV UTF-8”，再导入一次。", "This file could not be read: {what}. Save it as “CSV UTF-8” and import it again.";
        unknown_encoding: "无法识别编码", "its encoding is unknown";
        too_many_rows: "超过 {max} 行", "it has more than {max} rows";
        list: "词单", "List";
        all_lists: "全部", "All";
        tags: "标签", "Tags";
        note: "笔记", "Note";
        sentence: "例句（在哪里见到的）", "The sentence you found it in";
        edit: "编辑", "Edit";
        store: "保存", "Save";
        suspend: "暂停复习", "Pause reviews";
        resume: "恢复复习", "Resume reviews";
        suspended: "已暂停", "paused";
        due: "待复习", "due";
        next: "下次复习：{day}", "Next review: {day}";
        next_today: "下次复习：今天 {time}", "Next review: today at {time}";
        review: "开始复习（{count}）", "Review now ({count})";
        review_all: "复习全部生词（{count}）", "Review all words ({count})";
        no_list: "生词本里没有词单“{list}”。", "Your word book has no list {list}.";
        nothing_due_in: "词单“{list}”里现在没有要复习的词。", "Nothing to review in the list {list} now.";
        nothing_due: "现在没有要复习的词。", "Nothing to review now.";
        progress: "学习进度", "Progress";
        import: "导入", "Import";
        import_hint: "每行一个词，也可以在词后加制表符（TAB）和笔记。", "One word per line; a note may follow after a TAB.";
        import_file: "从文件导入（Anki 的 .apkg、CSV 表格，或每行一个词的文本）", "From a file: an Anki package (.apkg), a CSV table, or a text with one word per line";
        import_button: "导入这些词", "Add these words";
        export: "导出：", "Export: ";
        export_csv: "CSV（表格）", "CSV (table)";
        export_anki: "Anki（.apkg）", "Anki (.apkg)";
        export_text: "文本（其他记忆卡软件）", "Text (other flashcard programs)";
        older: "较早的", "Older";
        newest: "最新的", "Newest";
    }
}

texts! {
    /// The import of an Anki package.
    Import {
        title: "导入 Anki 卡片", "Import from Anki";
        choose: "请为每个字段选择用途。笔记可以由几个字段组成；标签会一起导入。", "Choose what each field becomes. Several fields can make up the note. Tags are imported too.";
        notes: "{count} 条笔记", "Notes: {count}";
        word: "单词", "The word";
        unused: "不导入", "Leave out";
        word_names: "单词 正面 英文", "word expression front vocab english";
        note_names: "笔记 释义 背面 中文 解释", "note meaning back definition chinese";
        sentence_names: "例句 句子", "sentence example";
        list_columns: "词单 单元", "list unit";
        tags_columns: "标签", "tags tag";
        note_columns: "笔记 备注", "note notes comment";
        sentence_columns: "例句", "sentence";
        list_hint: "留空时，用卡片所在的牌组名。", "If it is empty, the name of the deck is used.";
        back: "返回生词本", "Back to the word book";
        no_word: "请选择哪个字段是单词。", "Choose the field that has the word.";
        no_package: "这个文件不是 Anki 卡片包（.apkg）。电子表格请另存为“CSV UTF-8”。", "This file is not an Anki package (.apkg). Save a spreadsheet as “CSV UTF-8”.";
        empty: "这个卡片包里没有笔记。", "There are no notes in this package.";
        too_large: "这个卡片包太大（上限：{limit}）。请在 Anki 里分成几个牌组导出。", "This package is too large (limit: {limit}). Export it from Anki in several decks.";
        limit_files: "{count} 个文件", "{count} files";
        limit_collection: "集合 {count} 字节", "{count} bytes in the collection";
        limit_types: "{count} 种笔记类型", "{count} note types";
        limit_fields: "{count} 个字段", "{count} fields";
        limit_type_fields: "每种笔记类型 {count} 个字段", "{count} fields of a note type";
        limit_decks: "{count} 个牌组", "{count} decks";
        limit_cards: "{count} 张卡片", "{count} cards";
        limit_notes: "{count} 条笔记", "{count} notes";
        limit_text: "文字 {count} 字节", "{count} bytes of text";
        damaged: "这个卡片包读不出来，可能已损坏：{what}", "This package cannot be read; it may be damaged: {what}";
    }
}

texts! {
    /// A review.
    Review {
        title: "复习", "Review";
        left: "还有 {count} 个", "{count} to go";
        done: "暂时没有要复习的词了！", "Done for now!";
        list_done: "词单“{list}”里暂时没有要复习的词了！", "Done for now with the list {list}!";
        unsaved: "词单“{list}”里还有 {count} 个词不在您的生词本里。", "Words of the list {list} that are not in your word book: {count}.";
        done_count: "这次复习了 {count} 张卡片，用时约 {minutes} 分钟。", "Cards in this session: {count}, time: about {minutes} min.";
        done_hint: "有词到期时再来复习吧。", "Come back when the next word is due.";
        next_today: "今天稍后还有 {count} 个词要再复习一次。", "Words to see again later today: {count}.";
        next_day: "下次复习：{day}，", "Next review: {day},";
        next_count: "{count} 个词。", "words: {count}.";
        new_left: "还有 {count} 个新词没开始学，每天会加入 {new} 个；可以在下面改。", "New words that you have not begun: {count}. Each day adds {new}; change it below.";
        empty: "生词本里还没有词。", "Your word book is empty.";
        show: "显示答案", "Show the answer";
        again: "忘了", "Again";
        hard: "较难", "Hard";
        good: "记得", "Good";
        easy: "很熟", "Easy";
        grades: "记得怎么样？", "How well did you remember it?";
        keys: "快捷键：空格显示答案，1 到 4 评分，Z 撤销。", "Keys: space shows the answer, 1 to 4 grade it, Z undoes.";
        waiting: "连接不上服务器。{count} 个回答已保存在这台设备上，恢复连接后会自动发送。", "The server cannot be reached. Answers kept on this device: {count}. They are sent when the connection is back.";
        undo: "撤销上一个", "Undo the last one";
        undone: "已撤销对“{word}”的评分。", "Your answer for “{word}” was undone.";
        kind: "复习方式", "Cards ask for";
        kind_meaning: "看英文，想中文", "the meaning of a word";
        kind_word: "看中文，想英文", "the word for a meaning";
        kind_listening: "听发音，想中文", "the meaning of a word you hear";
        kind_spelling: "看中文，拼写英文", "the spelling of a word";
        new_a_day: "每天新词", "New words per day";
        kind_button: "保存", "Save";
        listen: "播放发音", "Play";
        type_here: "拼写", "Your spelling";
        hint: "提示", "Hint";
        first_letter: "首字母 {first}，共 {count} 个字母", "It begins with {first} and has {count} letters";
        letters: "共 {count} 个字母", "It has {count} letters";
        compare: "和您写的比一比：一样就选“记得”，不一样就选“忘了”，几分钟后会再考这个词。", "Compare it with what you wrote: choose Good if it is the same, else Again, and the word comes back in a few minutes.";
        spelt_right: "拼写正确！", "Your spelling is right!";
        spelt_wrong: "您写的是“{typed}”。看一遍正确的拼写，再选“忘了”：几分钟后会再考这个词。", "You wrote “{typed}”. Look at the right spelling, then choose Again: the word comes back in a few minutes.";
        in_minutes: "{count} 分钟", "{count} min";
        in_one_day: "1 天", "1 day";
        in_days: "{count} 天", "{count} days";
        in_months: "{count} 个月", "{count} months";
        unknown: "词典里没有这个词。", "The dictionary does not have this word.";
    }
}

texts! {
    /// The progress of a learner.
    Progress {
        title: "学习进度", "Progress";
        reviews: "复习次数", "Reviews";
        calendar: "过去一年每天的复习次数", "Reviews on each day of the past year";
        months: "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
        fewer: "少", "Fewer";
        more: "多", "More";
        day: "日期", "Day";
        total: "过去一年有 {days} 天复习过，共 {count} 次。", "Reviews in the past year: {count}, days with reviews: {days}.";
        words: "生词", "Words";
        learnt: "已学会", "Learnt";
        learnt_hint: "“已学会”：预计 {days} 天后仍然记得。", "Learnt: expected to be remembered for at least {days} days.";
        learning: "学习中", "Learning";
        new: "还没复习", "Not reviewed yet";
        parts: "已学会 {learnt}，学习中 {learning}，还没复习 {new}", "Learnt: {learnt}, learning: {learning}, not reviewed yet: {new}";
        due: "待复习", "Due";
        due_now: "现在要复习", "Due now";
        later_today: "今天的 {all} 个词里，有 {later} 个今天稍后才到期。", "Of the {all} words of today, due later today: {later}.";
        coming: "今后两周要复习的词", "Words due in the coming two weeks";
        today: "今天", "today";
        weekdays: "一 二 三 四 五 六 日", "Mon Tue Wed Thu Fri Sat Sun";
        streak: "连续学习天数", "Days in a row";
        weeks: "每周生词统计", "Words by week";
        saved: "新收藏", "Saved";
        first: "首次复习", "Reviewed for the first time";
        week: "一周（从周一起）", "Week from Monday";
        none: "还没有复习过。", "No reviews yet.";
        table: "以表格显示", "As a table";
    }
}
