//! The texts of the page about the API and other ways into the dictionary.

use super::texts;

texts! {
    /// The page about the API.
    Api {
        title: "API", "API";
        hint: "程序可以通过 JSON API 使用本站，完整说明（OpenAPI 3.1）：", "Programs can use this site through a JSON API. Its OpenAPI 3.1 description: ";
        open: "不需要登录", "Without an account";
        word: "查一个词：", "Look a word up:";
        suggest: "输入联想：", "Complete a word:";
        search: "按中文、通配符或相近拼写查找：", "Search by Chinese, pattern or similar spelling:";
        tokens: "需要令牌", "With a token";
        tokens_hint:
            "在账号页创建令牌，选择需要的权限，然后存入变量 `TOKEN`：",
            "Create a token with the permissions you need on the account page, and put it into the variable `TOKEN`: ";
        recorded: "查词并记入查词记录：", "Look a word up and record it:";
        history: "最近的查词记录：", "The latest look-ups:";
        save: "把一个词存入生词本：", "Save a word:";
        card: "下一张复习卡片：", "The next review card:";
        end: "撤销这个令牌：", "Revoke this token:";
        rules: "约定", "Rules";
        errors: "出错时返回 `application/problem+json`（RFC 9457），`detail` 说明原因。", "Errors are `application/problem+json` (RFC 9457); `detail` has the reason.";
        limits: "每个网络每分钟的请求数有上限，剩余次数见 `RateLimit` 字段；超出时返回 429 和 `Retry-After`。", "The number of requests per minute from a network is limited; the field `RateLimit` has the number left. Above the limit the response is 429 with `Retry-After`.";
        cursors: "长列表分页返回：把 `next` 的值作为 `cursor` 参数传回，即可获取下一页。", "Long lists have pages: send the value of `next` as `cursor` to get the next page.";
    }
}
