//! Registering, logging in and the settings of a user.

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
            "这个账号最近登录失败的次数很多。请等 {seconds} 秒，然后重新输入密码登录。",
            "Many log-ins to this account failed lately. Wait {seconds} seconds, then enter the password again.";
        later:
            "登录失败的次数太多。请过 {minutes} 分钟再试。",
            "Too many log-ins have failed. Try again in {minutes} min.";
        next: "请先登录，然后继续。", "Log in to go on.";
        other:
            "您已用“{name}”登录。换一个账号请在下面登录。",
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
            "This site does not take new accounts. Ask whoever runs it for one.";
        later:
            "从您所在的网络注册的新账号太多。请过 {minutes} 分钟再试。",
            "Too many accounts were made from your network. Try again in {minutes} min.";
        problems: "有几处需要修改：", "Something needs to be changed:";
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
        name_empty: "请填写用户名。", "Choose a name.";
        name_long: "用户名最多 {max} 个字符。", "A name has at most {max} characters.";
        name_space: "用户名里不能有空格。", "A name cannot contain spaces.";
        name_odd:
            "用户名里有不能使用的字符（{code}）。",
            "The name contains a character that cannot be used ({code}).";
        name_taken: "这个用户名已经有人用了，请换一个。", "Somebody has this name already. Choose another.";
        password_empty: "请填写密码。", "Choose a password.";
        password_short: "密码至少 {min} 个字符。", "A password has at least {min} characters.";
        password_long: "密码最多 {max} 个字符。", "A password has at most {max} characters.";
        password_name: "密码不能和用户名相同。", "The password cannot be the name.";
        password_common:
            "这个密码太常见，很容易被猜到，请换一个。",
            "This password is too common and easy to guess. Choose another one.";
        password_again: "两次输入的密码不一致。", "The two passwords are not the same.";
    }
}

texts! {
    /// The settings of a user.
    Settings {
        title: "设置", "Settings";
        books: "查哪些词典", "Word books";
        books_hint:
            "只影响您自己：不选的词典不会出现在您的查词结果里。",
            "For you alone: a book that is not ticked is left out of what you look up.";
        button: "保存", "Save";
        saved: "已保存。", "Saved.";
        no_book: "请至少选一本词典。", "Leave at least one book on.";
    }
}
