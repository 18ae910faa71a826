//! The texts of the account page and of the events that it lists.

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
