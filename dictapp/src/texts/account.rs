//! The texts for registering, logging in, resetting the password, and the settings of a user.

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
