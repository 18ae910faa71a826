//! The texts of the privacy page.

use super::texts;

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
