//! The texts for registering, logging in, resetting the password, the account page with the events
//! that it lists, and the settings of a user.

use super::texts;

texts! {
    /// The log-in form.
    Login {
        title: "登录", "Log in";
        button: "登录", "Log in";
        failed: "用户名或密码不正确。", "The name or the password is wrong.";
        disabled: "这个账号已被管理员停用。", "An administrator has blocked this account.";
        keep: "在这台设备上保持登录", "Keep me logged in on this device";
        delayed:
            "这个账号最近登录失败次数过多，请等待 {seconds} 秒后重新输入密码登录。",
            "Too many recent log-ins to this account have failed. Wait {seconds} seconds, then enter the password again.";
        later:
            "登录失败次数过多，请 {minutes} 分钟后再试。",
            "Too many log-ins have failed. Try again in {minutes} min.";
        next: "请先登录，然后继续。", "Log in to continue.";
        other:
            "您已登录为“{name}”。如需切换账号，请在下面登录。",
            "You are logged in as {name}. Log in here to switch to another account.";
        to_register: "还没有账号？", "No account yet?";
    }
}

texts! {
    /// The form for a new account.
    Register {
        title: "注册", "Sign up";
        button: "注册", "Sign up";
        to_login: "已经有账号？", "Already have an account?";
        closed:
            "本站目前不开放注册，请联系管理员。",
            "Registration is closed. Ask the administrator for an account.";
        later:
            "您所在的网络最近注册的账号太多，请 {minutes} 分钟后再试。",
            "Too many accounts were created from your network. Try again in {minutes} min.";
        problems: "请修改标出的内容。", "Please correct the marked fields.";
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
    /// The labels of form fields.
    Field {
        name: "用户名", "Name";
        name_hint: "最多 {max} 个字符，不含空格；可以用中文。", "At most {max} characters, no spaces.";
        password: "密码", "Password";
        password_hint: "{min} 到 {max} 个字符，越长越安全。", "{min} to {max} characters. Longer is safer.";
        password_again: "再次输入密码", "Password again";
        show: "显示密码", "Show password";
        hide: "隐藏密码", "Hide password";
    }
}

texts! {
    /// Problems of form fields.
    Problem {
        name_empty: "请填写用户名。", "Enter a name.";
        name_long: "用户名最多 {max} 个字符。", "A name has at most {max} characters.";
        name_space: "用户名不能包含空格。", "A name cannot contain spaces.";
        name_forbidden_character:
            "用户名包含不允许的字符（{code}）。",
            "The name contains a character that is not allowed ({code}).";
        name_taken: "该用户名已被使用，请换一个。", "This name is already taken. Choose another.";
        password_empty: "请填写密码。", "Enter a password.";
        password_short: "密码至少 {min} 个字符。", "Use at least {min} characters.";
        password_long: "密码最多 {max} 个字符。", "A password has at most {max} characters.";
        password_name: "密码不能和用户名相同。", "The password must differ from the name.";
        password_common:
            "这个密码太常见，很容易被猜到，请换一个。",
            "This password is too common and easy to guess. Choose another one.";
        password_again: "两次输入的密码不一致。", "The passwords do not match.";
    }
}

texts! {
    /// The settings of a user.
    Settings {
        nav: "设置页面", "Pages of settings";
        books_page: "词典", "Dictionaries";
        books: "查哪些词典", "Dictionaries to look in";
        books_hint:
            "只对您生效：未勾选的词典不会出现在您的查词结果中。",
            "Only for you: your look-ups skip dictionaries that are not ticked.";
        button: "保存", "Save";
        saved: "已保存。", "Saved.";
        no_book: "请至少选择一本词典。", "Choose at least one dictionary.";
    }
}

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
