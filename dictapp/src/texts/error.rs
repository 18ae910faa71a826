//! Error pages and refusals.

use super::texts;

texts! {
    /// The titles and texts of errors.
    Error {
        retry: "再试一次", "Try again";
        home: "回到首页", "Back to the first page";
        id: "请求编号：{id}", "Request {id}";
        bad_request_title: "请求有误", "That request is not right";
        bad_request_text:
            "服务器看不懂这个请求。请检查地址，或从首页重新开始。",
            "The server cannot make sense of it. Check the address, or start again from the first page.";
        forbidden_title: "表单已失效", "This form cannot be accepted";
        forbidden_text:
            "这个表单不是从本站当前的页面提交的：可能页面打开得太久、在别处登录或退出过，或者浏览器禁用了 Cookie。请返回、刷新页面后再提交一次。",
            "It did not come from a current page of this site: the page may have been open for too long, you may have logged in or out elsewhere, or cookies may be blocked. Go back, reload the page and send it again.";
        not_found_title: "没有这个页面", "There is no such page";
        not_found_text: "地址可能写错了，或者页面已经不在。", "The address may be mistyped, or the page is gone.";
        method_title: "不能这样访问", "That does not work here";
        method_text: "这个地址不接受这种请求。", "This address does not take that kind of request.";
        timeout_title: "请求超时", "That took too long";
        timeout_text:
            "请求没有及时到达。请检查网络，然后再试一次。",
            "The request did not come in time. Check your connection and try again.";
        too_large_title: "内容太大", "That is too large";
        too_large_text: "发送的内容超过了上限。", "What was sent is larger than the limit.";
        format_title: "格式不对", "That format is not understood";
        format_text: "服务器不接受这种格式的内容。", "The server does not take content of that format.";
        too_long_title: "请求太长", "That request is too long";
        too_long_text:
            "地址或 Cookie 太长。请缩短地址，或在浏览器中清除本站的 Cookie。",
            "The address or the cookies are too long. Shorten the address, or clear the cookies of this site in your browser.";
        internal_title: "服务器出错了", "Something went wrong here";
        internal_text:
            "这是我们的问题，已经记入日志。请稍后再试；如果一直这样，请把下面的编号告诉管理员。",
            "It is our fault, and it is in the log. Try again later; if it stays so, tell whoever runs this site the number below.";
        unavailable_title: "暂时无法服务", "Not available for a moment";
        unavailable_text:
            "服务器正忙，或者数据库暂时连接不上。您的数据没有丢失，请过几秒再试。",
            "The server is busy, or its database cannot be reached. Nothing of yours is lost. Try again in a few seconds.";
        fault_title: "服务器出错了", "Something went wrong here";
        fault_text:
            "这是我们的问题，已经记入日志。请稍后再试。",
            "It is our fault, and it is in the log. Try again later.";
        host_title: "这里没有这个网站", "No such site here";
        host_text:
            "服务器不使用这个主机名。请检查地址中的主机名。",
            "This server does not go by that host name. Check the one in the address.";
        https_title: "请使用 HTTPS", "Use HTTPS";
        https_text:
            "这个端口只接受加密连接：地址要以 https 开头，而不是 http。",
            "This port takes encrypted connections only: the address has to begin with https, not http.";
        other_title: "无法完成这个请求", "That request cannot be answered";
        other_text: "请从首页重新开始。", "Start again from the first page.";
    }
}
