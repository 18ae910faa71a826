//! What stands on every page and on the first one.

use super::texts;

texts! {
    /// Every page.
    Site {
        language_name: "中文", "English";
        name: "电子词典", "Dictionary";
        skip: "跳到正文", "Skip to content";
        random: "随便看一个词", "A random word";
        user_unknown:
            "暂时无法确认您的登录状态，请稍后刷新。",
            "We cannot check right now whether you are logged in. Reload in a moment.";
    }
}

texts! {
    /// The navigation.
    Nav {
        label: "网站导航", "Site";
        history: "查词记录", "History";
        login: "登录", "Log in";
        register: "注册", "Sign up";
        logout: "退出", "Log out";
        user: "已登录：{name}。点击进入设置。", "Logged in as {name}. Go to your settings.";
    }
}

texts! {
    /// Links between the pages of a list.
    Pages {
        label: "翻页", "Pages";
        next: "下一页", "Next";
        previous: "上一页", "Previous";
    }
}

texts! {
    /// The first page.
    Home {
        title: "电子词典", "Dictionary";
        headline: "查一个词", "Look up a word";
        hint:
            "共 {entries} 条。也可以输入中文、词形变化（went）或通配符（re?d、*tion）。",
            "{entries} entries. Chinese, inflected forms (went) and wildcards (re?d, *tion) work too.";
        welcome:
            "{name}，您好。您查过的词都在查词记录里。",
            "Hello, {name}. What you look up is kept in your history.";
        guest: "登录后，查过的词会自动记下来。", "Log in, and the words you look up are remembered.";
        day: "每日一词", "Word of the day";
        recent: "最近查过", "Recently looked up";
        all: "全部记录", "All of it";
    }
}
