//! The page about the API, and other ways into the dictionary.

use super::texts;

texts! {
    /// The page about the API.
    Api {
        title: "API", "API";
        hint: "程序可以通过 JSON API 使用本站，完整说明（OpenAPI 3.1）：", "Programs use this site by a JSON API. Its description in OpenAPI 3.1:";
        open: "不需要登录", "Without an account";
        word: "查一个词：", "Look a word up:";
        suggest: "输入时的提示词：", "Complete what was typed:";
        search: "按中文、通配符或拼写相近查找：", "Search by Chinese, by pattern or by similar spelling:";
        tokens: "需要令牌", "With a token";
        tokens_hint:
            "在账号页创建令牌，选择需要的权限，然后存入变量 TOKEN：",
            "Make a token with the permissions you need on the account page and put it into the variable TOKEN:";
        recorded: "查词并记入查词记录：", "Look a word up and record it:";
        history: "最近的查词记录：", "The latest look-ups:";
        save: "把一个词存入生词本：", "Save a word:";
        card: "下一张复习卡片：", "The next card to review:";
        end: "撤销这个令牌：", "Revoke this token:";
        rules: "约定", "Rules";
        errors: "出错时返回 application/problem+json（RFC 9457），detail 说明原因。", "Errors are application/problem+json (RFC 9457); detail says why.";
        limits: "每个网络每分钟的请求数有上限，剩余次数见 RateLimit 字段；超出时返回 429 和 Retry-After。", "Requests of a network are limited; the field RateLimit tells how many are left. Beyond it the answer is 429 with Retry-After.";
        cursors: "长列表分页返回：把 next 的值作为 cursor 传回，即可得到下一页。", "Long lists come in pages: send the value of next as cursor for the next page.";
    }
}
