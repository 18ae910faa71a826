//! The texts of the administrators' pages.

use super::texts;

texts! {
    /// The texts that the administrators' pages share, and those of the overview.
    Admin {
        title: "管理", "Administration";
        nav: "管理页面", "Administration pages";
        overview: "概况", "Overview";
        hours_title: "最近 48 小时的查词次数", "Look-ups in the last 48 hours";
        hours_hint: "每根柱子是一小时，含访客的查词；右上角的数字是次数最多的一小时。", "Each bar is an hour, guests included. The number at the top right is that of the highest bar.";
        hour: "时间", "Hour";
        found: "查到", "Found";
        not_found: "未收录", "Not found";
        table: "以表格显示", "As a table";
        missing_title: "查询最多的未收录词", "Most wanted missing words";
        missing_none: "目前没有查不到的词。", "No missing words yet.";
        word: "单词", "Word";
        lookups: "次数", "Times";
        last: "最近一次", "Last";
        forget: "移除", "Remove";
        slow_title: "最慢的页面", "Slowest pages";
        slow_hint: "本实例启动以来，按平均用时排列。花括号代表网址中会变的部分，例如所查的词。", "Since this instance started, by average time. Braces stand for a part of the address that varies, such as the word.";
        page: "页面", "Page";
        answers: "次数", "Requests";
        mean_time: "平均", "Average";
        longest: "最长", "Longest";
        milliseconds: "{count} ms", "{count} ms";
        no_page: "（没有这个页面）", "(no such page)";
        older: "较早的", "Older";
        done: "已完成。", "Done.";
    }
}

texts! {
    /// The list of users.
    AdminUsers {
        title: "用户", "Users";
        search: "按用户名开头查找", "Find names that begin with";
        search_button: "查找", "Find";
        none: "没有找到用户。", "No users found.";
        role_of: "“{name}”的角色", "Role of {name}";
        user: "用户", "User";
        teacher: "老师", "Teacher";
        admin: "管理员", "Administrator";
        since: "{time} 注册", "since {time}";
        disabled: "已停用", "blocked";
        change_role: "更改角色", "Change role";
        disable: "停用", "Block";
        enable: "恢复", "Unblock";
        reset: "生成重置码", "Make reset code";
        audit: "操作记录", "Audit log";
        more: "更多", "More";
        last_admin: "唯一的管理员不能停用，也不能更改角色。", "The only administrator cannot be blocked or given another role.";
        code: "“{name}”的一次性重置码（{hours} 小时内有效）：", "One-time code for {name}, valid for {hours} hours:";
        code_hint: "请当面告知本人，在“重置密码”页面填写。重置码只显示这一次。", "It is shown only once. Give it to the user, who enters it on the page “Set a new password”.";
    }
}

texts! {
    /// Dictionaries and their uploads.
    AdminBooks {
        title: "词典", "Dictionaries";
        hint: "修改在几秒钟内生效。", "Changes take effect within a few seconds.";
        settings_first: "配置项 [dictionary] books 列出的词典始终排在最前。", "Dictionaries listed in the setting [dictionary] books always come first.";
        none: "还没有词典。", "No dictionaries yet.";
        entries: "{count} 条", "Entries: {count}";
        imported: "{day} 导入", "imported {day}";
        shipped: "自带，{edition} 版", "built in, edition {edition}";
        hidden: "已隐藏", "hidden";
        up: "上移", "Move up";
        down: "下移", "Move down";
        hide: "隐藏", "Hide";
        show: "显示", "Show";
        change: "改名或删除", "Rename or remove";
        name: "书名", "Title";
        rename: "改名", "Rename";
        remove: "删除这本词典", "Remove this dictionary";
        remove_hint: "词典及其全部词条将被删除，无法恢复。", "The dictionary and all its entries are deleted and cannot be restored.";
        upload: "添加词典", "Add a dictionary";
        files: "文件", "Files";
        files_hint: "CSV、文本、JSON、StarDict（四个文件一起选）、dictd、DSL、ECDICT 等，最大 {size} MiB。", "CSV, text, JSON, StarDict (choose all four files), dictd, DSL, ECDICT and others, {size} MiB at most.";
        upload_title: "书名（可不填）", "Title (optional)";
        upload_button: "上传并预览", "Upload and preview";
        refused: "无法识别上传的文件，未做任何更改。原因（英文）：", "The files are not a dictionary that can be read. Nothing was changed. The reason: ";
        title_refused: "书名须为 1 至 {most} 个字符，不能有换行等控制字符。未做任何更改。", "A title has 1 to {most} characters, and no line ends or other control characters. Nothing was changed.";
        gone: "这本词典已不存在，未做任何更改。", "This dictionary does not exist any more. Nothing was changed.";
        preview: "预览", "Preview";
        preview_hint: "下面是识别结果和前几个词条，确认无误后请导入。", "The recognised properties and the first entries. Import the dictionary if they are right.";
        replaces: "导入后将替换现有的词典“{title}”（共 {count} 条）。要保留它，请改用另一个导入名称。", "This import replaces the dictionary {title}. Its entries: {count}. To keep it, choose another name.";
        book_name: "导入名称", "Name for later imports";
        book_name_hint: "以后用同一名称导入，会替换这本词典。", "A later import with the same name replaces this dictionary.";
        import: "导入", "Import";
        progress: "导入进度", "Progress of the import";
        checking: "正在检查", "Checking";
        storing: "正在导入", "Importing";
        committing: "正在保存", "Saving";
        succeeded: "“{title}”已导入，共 {count} 条。", "{title} was imported. Entries: {count}.";
        replaced: "“{title}”已更新：原有 {before} 条，现有 {count} 条。", "{title} was replaced. Entries before: {before}, now: {count}.";
        unchanged: "“{title}”以前已导入过同样的文件，没有变化（{count} 条）。", "{title} was imported from the same files before and has not changed. Entries: {count}.";
        failed: "导入失败，未做任何更改。原因（英文）：", "The import failed. Nothing was changed. The reason: ";
        reload: "刷新查看进度", "Reload to see the progress";
        back: "返回词典列表", "Back to the dictionaries";
    }
}

texts! {
    /// How the file of a dictionary was read.
    BookFile {
        kind: "格式", "Format";
        encoding: "编码", "Encoding";
        delimiter: "分隔符", "Delimiter";
        columns: "各列", "Columns";
        title: "文件里的书名", "Title in the file";
        languages: "语言", "Languages";
        entries: "前 {count} 条", "First entries: {count}";
        no_entries: "文件里没有词条，无法导入。", "The file has no entries, so it cannot be imported.";
        comma: "、", ", ";
        course: "文本（每行一个词和释义）", "Text, one word and its explanation per line";
        plain: "本站词典格式", "Notation of this site";
        ecdict: "ECDICT", "ECDICT";
        stardict: "StarDict", "StarDict";
        dictd: "dictd", "dictd";
        wordnet: "WordNet", "WordNet";
        kaikki: "维基词典（kaikki）", "Wiktionary (kaikki)";
        json: "JSON 词表", "Word list in JSON";
        dsl: "Lingvo DSL", "Lingvo DSL";
        csv: "CSV 表格", "CSV table";
        tsv: "TAB 分隔的表格", "Table separated by TABs";
        word: "单词", "word";
        phonetic: "音标", "pronunciation";
        part: "词性", "part of speech";
        explanation: "释义", "meaning";
        example: "例句", "example";
        translation: "例句翻译", "translation";
        rank: "词频排名", "frequency rank";
        forms: "词形变化", "forms";
        synonyms: "同义词", "synonyms";
        antonyms: "反义词", "antonyms";
        phrases: "词组", "phrases";
        level: "等级", "level";
        skip: "（忽略）", "(ignored)";
        tab: "TAB", "TAB";
    }
}

texts! {
    /// Warnings about the file of a dictionary: entries that were left out or corrected.
    BookWarning {
        title: "文件里的问题", "Warnings";
        line: "第 {line} 行", "line {line}";
        byte: "第 {byte} 字节", "byte {byte}";
        row: "第 {row} 行", "row {row}";
        of_file: "{file} {place}", "{file}, {place}";
        at: "{place}：{detail}", "{place}: {detail}";
        more: "另有 {count} 处", "{count} more";
        no_explanation: "没有释义，未导入", "No explanation, left out";
        no_headword: "没有单词，未导入", "No headword, left out";
        bad_headword: "单词太长或含控制字符，未导入", "Headword too long or with control characters, left out";
        long_explanation: "释义太长，未导入", "Explanation too long, left out";
        long_line: "一行太长，未导入", "Line too long, left out";
        comment: "注释或标题，未导入", "Comment or heading, left out";
        wrong_columns: "列数不对，未导入", "Wrong number of columns, left out";
        unread_column: "含义不明的列，未导入", "Column of unknown content, left out";
        bad_record: "不是词条的 JSON 记录，未导入", "Not a JSON record of a word, left out";
        long_record: "一条记录太长，未导入", "Record too long, left out";
        bad_reference: "不是文字，或超出文件范围，未导入", "Not text, or outside its file, left out";
        unjoined: "重复的单词太多或太长，无法合并，未导入", "Repeated headword, too long or too frequent to join, left out";
        bad_detail: "音标、变形等有误，词条已导入但不含这一项", "Invalid detail, the entry was imported without it";
        picture: "图片，未导入", "Picture, left out";
        sound: "录音，未导入", "Sound, left out";
        video: "视频，未导入", "Video, left out";
        lost_spelling: "词典里没有的单词的另一种拼写，未导入", "Another spelling of a missing headword, left out";
        extra_forms: "另外的拼写太多，其余未导入", "Too many other spellings, the others left out";
        other_count: "单词数与词典自己写明的不同", "The number of headwords differs from the one that the book states";
        repeated: "重复的单词，释义已合并", "Repeated headword, explanations joined";
        wrapped: "以空白开头，已并入上一行", "Begins with white space, joined to the line above";
        indented: "单词前有空白，已去掉", "White space before the headword, imported without it";
    }
}

texts! {
    /// Reports of entries, for visitors and administrators.
    Reports {
        title: "词条报错", "Reported entries";
        none: "没有待处理的报错。", "No reports.";
        guest: "访客", "Guest";
        settle: "标为已处理", "Mark as settled";
        link: "报告词条错误", "Report an error";
        what: "哪里不对？", "What is wrong?";
        send: "发送", "Send";
        done: "谢谢！管理员会看到您的报错。", "Thank you! An administrator will see your report.";
        empty: "请说明哪里不对。", "Describe what is wrong.";
        full: "待处理的报错太多，请改日再试。", "Too many reports are waiting. Try again another day.";
        later: "报错次数过多，请 {minutes} 分钟后再试。", "Too many reports. Try again in {minutes} min.";
        login: "登录后才能报错。", "Log in to report errors.";
        back: "返回词条", "Back to the entry";
        page_title: "报告“{word}”的错误", "Report an error in “{word}”";
    }
}

texts! {
    /// The audit log.
    AdminAudit {
        title: "操作记录", "Audit log";
        of_user: "“{name}”的操作记录", "Audit log of {name}";
        none: "没有记录。", "No entries.";
        account: "用户：{name}", "User: {name}";
        actor: "操作者：{name}", "By: {name}";
        unknown: "未知的用户名", "an unknown name";
        command: "命令行", "the command line";
        guest: "未登录", "not logged in";
        deleted: "用户 {id}", "user {id}";
        all: "全部记录", "All entries";
    }
}
