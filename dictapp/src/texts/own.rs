//! The texts of the account page, of the page that sets a new password with a reset code, and of the
//! privacy page.

use super::texts;

texts! {
    /// The account page.
    Account {
        title: "账号与安全", "Account and security";
        name: "您已登录为“{name}”。", "You are logged in as {name}.";
        done: "已完成。", "Done.";
        wrong_password: "密码不正确。", "The password is wrong.";
        last_admin:
            "您是唯一的管理员，不能删除账号。",
            "You are the only administrator, so this account cannot be deleted.";
        password_title: "修改密码", "Change password";
        password_hint: "修改后，其他设备上的登录会全部失效。", "This ends your sessions on all other devices.";
        keep_tokens: "保留我的 API 令牌（否则全部撤销）", "Keep my API tokens; otherwise they are revoked";
        password_button: "修改密码", "Set new password";
        old_password: "当前密码", "Current password";
        new_password: "新密码", "New password";
        sessions_title: "已登录的设备", "Devices that are logged in";
        device: "设备", "Device";
        network: "网络地址", "Address";
        last_use: "最近使用", "Last use";
        last_use_at: "最近使用：", "Last use: ";
        unknown_device: "未知设备", "Unknown device";
        this_session: "本设备", "This device";
        end_session: "退出登录", "Log out";
        end_others: "退出其他所有设备", "Log out all other devices";
        tokens_title: "API 令牌", "API tokens";
        tokens_hint:
            "程序可以用令牌以您的身份使用本站。令牌在撤销之前一直有效；修改密码会撤销全部令牌，除非您选择保留。",
            "With a token a program can use this site on your behalf. It is valid until you revoke it; a new password revokes all tokens, unless you choose to keep them.";
        token_once: "新令牌只显示这一次，请立即复制：", "Copy the new token now; it is not shown again:";
        token_incomplete: "请填写令牌名称，并至少选择一项权限。", "Give the token a name and at least one permission.";
        tokens_full: "最多 {max} 个令牌，请先撤销一个。", "You have {max} tokens. Revoke one first.";
        token_name: "名称", "Name";
        token_scopes: "权限", "Permissions";
        token_created: "创建时间", "Created";
        token_created_at: "创建于：", "Created: ";
        token_revoke: "撤销", "Revoke";
        token_make: "创建令牌", "Create a token";
        scope_read: "查词", "Look words up";
        scope_history: "查词记录、生词本和复习（查过的词会记入查词记录）", "History, word book and reviews (look-ups are recorded)";
        scope_admin: "管理用户", "Administer users";
        data_title: "我的数据", "My data";
        export_hint:
            "下载本站保存的关于您的全部数据（zip 压缩包，内含 JSON 和 CSV）。",
            "Download all data that this site stores about you, as a zip archive of JSON and CSV.";
        export: "导出数据", "Export my data";
        day: "删除某一天的查词记录", "Delete the look-ups of a day";
        delete_day: "删除这一天", "Delete this day";
        delete_title: "删除账号", "Delete account";
        delete_hint:
            "账号和全部数据会立即删除，无法恢复。",
            "Your account and all your data are deleted immediately and cannot be restored.";
        delete_button: "删除我的账号", "Delete my account";
        events_title: "账号动态", "Recent activity";
        time: "时间", "Time";
        event: "事件", "Event";
    }
}

texts! {
    /// The entries of the audit log.
    AccountEvents {
        registered: "注册", "Signed up";
        logged_in: "登录", "Logged in";
        log_in_failed: "登录失败", "Log-in failed";
        logged_out: "退出登录", "Logged out";
        sessions_ended: "结束了其他设备的登录", "Ended other sessions";
        password_changed: "修改了密码", "Changed the password";
        password_set: "管理员设置了密码", "An administrator set the password";
        reset_code_made: "生成了重置码", "A reset code was created";
        password_reset: "用重置码设置了密码", "Set a password by code";
        disabled: "账号被停用", "The account was blocked";
        enabled: "账号已恢复", "The account was unblocked";
        role_changed: "角色已更改", "The role was changed";
        token_made: "创建了 API 令牌", "Created an API token";
        token_revoked: "撤销了 API 令牌", "Revoked an API token";
        exported: "导出了数据", "Exported the data";
        history_deleted: "删除了查词记录", "Deleted look-ups";
        deleted: "账号已删除", "The account was deleted";
        books_changed: "修改了词典", "Changed the dictionaries";
        book_imported: "导入了词典", "Imported a dictionary";
        book_moved: "调整了词典的顺序", "Moved a dictionary";
        book_hidden: "隐藏了词典", "Hid a dictionary";
        book_shown: "恢复显示词典", "Showed a hidden dictionary";
        book_renamed: "修改了词典的书名", "Renamed a dictionary";
        book_removed: "删除了词典", "Removed a dictionary";
    }
}

texts! {
    /// The page that sets a new password with a reset code.
    Reset {
        title: "重置密码", "Set a new password";
        button: "重置密码", "Set new password";
        link: "忘记密码？", "Forgot your password?";
        hint:
            "请向老师或管理员要一个一次性重置码，填在下面。",
            "Ask your teacher or an administrator for a one-time code, and enter it here.";
        code: "重置码", "Code";
        back: "返回登录", "Back to the log-in";
        wrong: "重置码不正确或已过期。", "The code is wrong or has expired.";
    }
}

texts! {
    /// The privacy page.
    Privacy {
        title: "隐私说明", "Privacy";
        guests:
            "不登录也可以查词：本站只统计查词次数和未收录的词，不记录是谁查的。登录后，本站会保存以下数据：",
            "You can look words up without an account. The site then counts only look-ups and words that were not found; it does not record who looked them up. If you have an account, it stores:";
        what: "数据", "What";
        name: "名称", "Name";
        why: "用途", "Why";
        how_long: "保存期限", "For how long";
        days: "{count} 天", "{count} days";
        years: "{count} 年", "{count} years";
        account_what: "用户名、密码的哈希值、注册时间", "Name, hashed password, date of registration";
        account_why: "供您登录", "To log you in";
        account_long: "直到您删除账号", "Until you delete the account";
        history_what: "您查过的词和时间", "The words you look up, and when";
        history_why: "供您回顾", "So that you can look back";
        history_long: "直到您删除；最多保留 {time}、最近 {rows} 条", "Until you delete them; at most {time} and the newest {rows}";
        learning_what:
            "生词本、复习记录、加入的班级", "Your word book, your reviews and the classes you are in";
        learning_why:
            "供您学习；老师只有在您同意时才看到您学完了哪些词单", "For your learning; a teacher sees which lists you have finished only if you share it";
        learning_long: "直到您删除", "Until you delete them";
        token_what: "您为程序生成的令牌的名称、权限和最近使用时间；令牌本身只保存哈希值", "Names, scopes and last use of the tokens that you make for programs; of a token itself only its hash";
        token_why: "供程序以您的身份使用本站", "So that programs can act for you";
        token_long: "直到您撤销", "Until you revoke them";
        report_what: "您报告的词条错误", "Faults of entries that you report";
        report_why: "供管理员改正", "So that administrators can correct them";
        report_long: "直到处理完", "Until they are settled";
        session_what: "登录过的设备、网络地址、最近使用时间", "Devices you log in from, their addresses and last use";
        session_why: "让您看到并结束其他登录", "So that you can see and end your sessions";
        session_long: "直到退出登录，最长 {time}", "Until the session ends, at most {time}";
        audit_what: "登录、登录失败和账号改动的时间与网络地址", "Time and address of log-ins, failed log-ins and changes of the account";
        audit_why: "发现账号被他人使用", "To notice when somebody else uses the account";
        cookies: "Cookie", "Cookies";
        cookies_hint: "没有一个用于跟踪或广告。", "None is for tracking or advertising.";
        session_cookie_why: "登录状态", "Your session";
        session_cookie_long: "直到关闭浏览器；选择保持登录时 {time}", "Until the browser is closed, or {time} if you stay logged in";
        visitor_cookie_why: "防止伪造访客提交的表单", "Protects the forms of guests against forgery";
        visitor_cookie_long: "直到关闭浏览器", "Until the browser is closed";
        device_cookie_why: "认出您登录过的浏览器，防止他人用错误的密码阻止您登录", "Recognises a browser that you have logged in with, so that others cannot lock you out with wrong passwords";
        language_cookie_why: "界面语言", "The language of the pages";
        appearance_cookie_why: "显示与发音设置", "Display and speech";
        zone_cookie_why: "时区：按您的时间显示，每天从您的零点开始", "The time zone, so that days begin at your midnight";
        zone_cookie_long: "直到关闭浏览器；您自己选择的时区 {time}", "Until the browser is closed; {time} if you choose a zone";
        others:
            "您的查词记录只有您自己能看到；未收录的词会不记名地显示给管理员；本站不向任何第三方发送数据。",
            "Only you can see your history. Words that were not found are shown to administrators, without names. This site sends no data to third parties.";
        rights: "您可以随时导出或删除自己的数据。", "You can export and delete your data at any time.";
    }
}
