//! The administrators' pages.

use super::texts;

texts! {
    /// What the administrators' pages share, and the first of them.
    Admin {
        title: "管理", "Administration";
        nav: "管理页面", "Administration pages";
        overview: "概况", "Overview";
        hours_title: "最近 48 小时的查词次数", "Look-ups in the last 48 hours";
        hours_hint: "深色为查到，浅色为未收录；包括访客。", "Dark: found. Light: not found. Guests are counted too.";
        hour: "时间", "Hour";
        found: "查到", "Found";
        not_found: "未收录", "Not found";
        table: "以表格显示", "As a table";
        missing_title: "查得最多的未收录词", "Words not found most often";
        missing_none: "还没有查不到的词。", "Every word so far was found.";
        word: "单词", "Word";
        lookups: "次数", "Times";
        last: "最近一次", "Last";
        forget: "移除", "Remove";
        slow_title: "最慢的页面", "Slow pages";
        slow_hint: "本实例启动以来，按平均用时排列。", "Since this instance started, by average time.";
        page: "页面", "Page";
        answers: "次数", "Answers";
        mean: "平均", "Average";
        longest: "最长", "Longest";
        milliseconds: "{count} 毫秒", "{count} ms";
        no_page: "（没有这个页面）", "(no such page)";
        older: "较早的", "Older";
        done: "已完成。", "Done.";
    }
}

texts! {
    /// The list of users.
    AdminUsers {
        title: "用户", "Users";
        search: "按用户名开头查找", "Find by the beginning of the name";
        search_button: "查找", "Find";
        none: "没有这样的用户。", "There is no such user.";
        role_of: "“{name}”的角色", "Role of {name}";
        user: "用户", "User";
        teacher: "老师", "Teacher";
        admin: "管理员", "Administrator";
        disabled: "已停用", "blocked";
        change_role: "更改角色", "Change role";
        disable: "停用", "Block";
        enable: "恢复", "Unblock";
        reset: "生成重置码", "Make reset code";
        audit: "动态", "Activity";
        more: "更多", "More";
        last_admin: "唯一的管理员不能停用，也不能改成别的角色。", "The only administrator cannot be blocked or given another role.";
        code: "“{name}”的一次性重置码（{hours} 小时内有效）：", "One-time code for {name}, valid for {hours} hours:";
        code_hint: "请当面告诉本人，它不会再次显示。在“重设密码”页面填写。", "Give it to that person. It is shown only once. They enter it on the page “Set a new password”.";
    }
}

texts! {
    /// Word books and their uploads.
    AdminBooks {
        title: "词典", "Word books";
        hint: "修改后几秒钟内对读者生效。", "Readers see a change within some seconds.";
        settings_first: "配置文件中 [dictionary] books 列出的词典总是排在前面。", "Books named by the setting [dictionary] books always come first.";
        none: "还没有词典。", "There is no word book yet.";
        entries: "{count} 条", "Entries: {count}";
        imported: "{day} 导入", "imported {day}";
        hidden: "已隐藏", "hidden";
        up: "上移", "Move up";
        down: "下移", "Move down";
        hide: "隐藏", "Hide";
        show: "显示", "Show";
        change: "改名或删除", "Rename or remove";
        name: "书名", "Title";
        rename: "改名", "Rename";
        remove: "删除这本词典", "Remove this book";
        remove_hint: "连同全部词条一起删除，无法恢复。", "It is deleted with all its entries and cannot be restored.";
        upload: "添加词典", "Add a word book";
        files: "文件", "Files";
        files_hint: "CSV、文本、StarDict（四个文件一起选）、dictd、ECDICT 等，最大 {size} MiB。", "CSV, text, StarDict (choose all four files), dictd, ECDICT and others, {size} MiB at most.";
        upload_title: "书名（可不填）", "Title (optional)";
        upload_button: "上传并预览", "Upload and preview";
        preview: "预览", "Preview";
        preview_hint: "识别结果和开头的词条如下。没有问题就导入。", "This is what was recognised, with the first entries. Import it if it is right.";
        import: "导入", "Import";
        progress: "导入进度", "Progress of the import";
        checking: "正在检查", "Checking";
        storing: "正在导入", "Importing";
        committing: "正在保存", "Storing";
        succeeded: "导入完成。", "The book was imported.";
        failed: "导入失败，什么都没有改动。", "The import failed. Nothing was changed.";
        reload: "刷新查看进度", "Reload to see the progress";
        back: "返回词典列表", "Back to the word books";
    }
}

texts! {
    /// Reports of entries, for visitors and administrators.
    Reports {
        title: "词条报错", "Reported entries";
        none: "没有待处理的报错。", "Nothing is reported.";
        guest: "访客", "Guest";
        settle: "已处理", "Settled";
        link: "报告这个词条的错误", "Report this entry";
        what: "哪里不对？", "What is wrong?";
        send: "发送", "Send";
        done: "谢谢！管理员会看到您的报错。", "Thank you! An administrator will see your report.";
        empty: "请写一下哪里不对。", "Say what is wrong.";
        full: "待处理的报错太多，请以后再试。", "Too many reports are waiting. Try again another day.";
        later: "您报错的次数太多。请过 {minutes} 分钟再试。", "You have reported a lot. Try again in {minutes} min.";
        login: "登录后可以报错。", "Log in to report entries.";
        back: "返回词条", "Back to the entry";
        page_title: "报告“{word}”的错误", "Report the entry {word}";
    }
}

texts! {
    /// The audit log.
    AdminAudit {
        title: "操作记录", "Audit log";
        of_user: "“{name}”的操作记录", "Audit log of {name}";
        none: "没有记录。", "Nothing is logged.";
        about: "关于", "About";
        actor: "操作者", "By";
        nobody: "无", "nobody";
        command: "命令或访客", "command or guest";
        deleted: "用户 {id}", "user {id}";
        all: "全部记录", "All of it";
    }
}
