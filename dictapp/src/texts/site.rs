//! The texts that all pages share, those of the home page, and those of a few small pages.

use super::texts;

texts! {
    /// Every page.
    Site {
        language_name: "中文", "English";
        name: "电子词典", "Dictionary";
        description:
            "免费的在线英汉词典：音标、例句、词形变化，中文也能查。",
            "A free English-Chinese dictionary with pronunciations, examples and inflected forms.";
        skip: "跳到正文", "Skip to content";
        random: "随便看一个词", "A random word";
        copy: "复制", "Copy";
        copied: "已复制", "Copied";
        colon: "：", ": ";
        action_of: "{action}：{name}", "{action}: {name}";
        user_unknown:
            "暂时无法确认您的登录状态，请稍后刷新。",
            "The site cannot check now whether you are logged in. Reload the page in a moment.";
    }
}

texts! {
    /// The navigation.
    Nav {
        label: "网站导航", "Site";
        history: "查词记录", "History";
        login: "登录", "Log in";
        register: "注册", "Sign up";
        logout: "退出登录", "Log out";
        user: "已登录：{name}", "Logged in as {name}";
        settings: "设置", "Settings";
        appearance: "显示与发音", "Display and speech";
        help: "帮助", "Help";
        about: "关于", "About";
        more: "更多", "More";
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
            "共 {entries} 条。词形变化（went）和通配符（re?d、*tion）也能查。",
            "{entries} entries. Inflected forms (went) and wildcards (re?d, *tion) work too.";
        examples: "可以这样查", "Examples to try";
        example: "打破纪录", "unlock*";
        welcome:
            "{name}，您好！您查过的词都在查词记录里。",
            "Hello, {name}. The words you look up are in your history.";
        guest: "登录后，查过的词会自动保存。", "Log in to keep a history of the words you look up. ";
        day: "每日一词", "Word of the day";
        due: "现在要复习的词", "Words to review now";
        review: "开始复习", "Review now";
        recent: "最近查过", "Recently looked up";
        all: "全部记录", "The whole history";
    }
}

texts! {
    /// The choices of how pages look and sound, and of the time zone.
    Appearance {
        title: "显示与发音", "Display and speech";
        hint: "只影响这个浏览器。", "For this browser only.";
        theme: "配色", "Theme";
        system: "跟随系统", "System default";
        light: "浅色", "Light";
        dark: "深色", "Dark";
        size: "字号", "Text size";
        normal: "标准", "Normal";
        large: "大", "Large";
        largest: "特大", "Largest";
        speech: "发音速度", "Speed of speech";
        natural: "正常", "Natural";
        slow: "慢", "Slow";
        slowest: "很慢", "Very slow";
        accent: "口音", "Accent";
        accent_hint: "词典没有注明时使用。", "Used where the dictionary names none.";
        american: "美音", "American";
        british: "英音", "British";
        zone: "时区", "Time zone";
        zone_hint: "决定时间的显示和每天的起点。", "Times are shown in this zone, and days begin in it.";
        zone_auto: "自动", "Automatic";
    }
}

texts! {
    /// The help.
    Help {
        title: "使用帮助", "Help";
        queries: "可以这样查", "What you can look up";
        inflected: "词形变化：找到 go", "An inflected form: finds go";
        misspelt: "拼写不准：列出相近的词", "A misspelt word: similar words are listed";
        query: "苹果", "apple tree";
        chinese: "中文：按释义查找英文词", "Chinese: finds English words by their meaning";
        phrase: "短语", "A phrase";
        one: "? 代表一个字符", "? stands for one character";
        many: "* 代表任意多个字符", "* stands for any number of characters";
        regex: "两条斜线之间是正则表达式", "A regular expression between slashes";
        sentence: "整句：列出其中的词和短语", "A sentence: its words and phrases are listed";
        keys: "快捷操作", "Shortcuts";
        key_box: "跳到搜索框", "Go to the search box";
        key_arrows: "选择建议的词", "Choose a suggestion";
        key_escape: "关闭建议或弹窗", "Close the suggestions or the pop-up";
        double_click: "双击或长按英文词", "Double click or long press";
        popup: "弹窗显示这个词的释义", "Show the meaning of the word in a pop-up";
        key_popup: "弹窗显示选中的词的释义", "Show the meaning of the selected word in a pop-up";
        marks: "词条里的标记", "Marks of an entry";
        mark_level: "欧洲语言共同参考框架（CEFR）的级别：A1、A2 为初级，B1、B2 为中级，C1、C2 为高级", "Level of the Common European Framework (CEFR): A1 and A2 are basic, B1 and B2 intermediate, C1 and C2 advanced";
        mark_dots: "常用程度，按词频排名：", "How common the word is, by its frequency rank: ";
        ranks_5: "最常用：前 1,000 个词", "very common: the first 1,000 words";
        ranks_4: "很常用：1,001 到 3,000", "common: 1,001 to 3,000";
        ranks_3: "较常用：3,001 到 6,000", "fairly common: 3,001 to 6,000";
        ranks_2: "不太常用：6,001 到 12,000", "less common: 6,001 to 12,000";
        ranks_1: "不常用：12,000 以后", "rare: beyond 12,000";
        mark_spoken: "美式（US）和英式（UK）音标；浏览器能朗读时，点一下就会发音", "American (US) and British (UK) pronunciation; a click speaks it if the browser can";
        label_example: "可数", "C";
        mark_label: "用法标签：语法、语体、地区或学科", "A label of a sense: grammar, style, region or subject";
        mark_part: "词性缩写，后面是全称", "The abbreviated part of speech; its name follows";
        mark_star: "加入生词本（登录后显示；实心为已收藏）", "Save in the word book, when you are logged in; filled: saved";
        elsewhere: "在其他程序里查词", "In other programs";
        bookmarklet: "把这个链接拖到书签栏，然后在任意网页上选中一个词再点击它：", "Drag this link to the bookmarks bar, then select a word on any page and click it: ";
        bookmark: "查这个词", "Look it up";
        url: "词条的网址，%s 代表要查的词；可用于浏览器的自定义搜索、Anki 和编辑器", "The address of an entry; %s stands for the word. For search keywords of browsers, Anki and editors";
        goldendict: "用于 GoldenDict 的“网站”词典", "For the list of websites in GoldenDict";
        api: "供程序使用，附示例", "For programs, with examples";
    }
}

texts! {
    /// The page about the software and data of the site.
    About {
        title: "关于本站", "About this site";
        text:
            "这是一个开放源代码的在线词典，没有广告，页面也不会向其他网站发送请求。",
            "An open-source online dictionary without advertising. Its pages send no requests to other sites.";
        books: "词典", "Dictionaries";
        licences: "来源与许可", "Sources and licences";
        wordnet:
            "英英释义来自 WordNet 3.0，© 2006 Princeton University，按 WordNet License 使用。",
            "English definitions: WordNet 3.0, copyright 2006 by Princeton University, under the WordNet License.";
        cmudict:
            "音标参考了 CMU Pronouncing Dictionary，© Carnegie Mellon University，按 BSD 许可使用。",
            "Pronunciations are based on the CMU Pronouncing Dictionary, copyright Carnegie Mellon University, BSD licence.";
        program:
            "运行命令 `dictapp licences` 可查看程序所用软件的许可证。",
            "The command `dictapp licences` prints the licences of the software in this program.";
        privacy: "隐私", "Privacy";
        privacy_text:
            "登录后，查过的词会记入您的查词记录，只有您能看到，可以随时删除；访客的查词不留记录。未收录的词会不记名地显示给管理员。",
            "When you are logged in, your look-ups are recorded in your history, which only you can see and can delete at any time. The look-ups of guests are not recorded. Words that were not found are shown to administrators, without names.";
    }
}
