//! The texts of error pages and refusals.

use super::texts;

texts! {
    /// The titles and texts of errors.
    Error {
        retry: "再试一次", "Try again";
        home: "返回首页", "Back to the home page";
        id: "请求编号：{id}", "Request {id}";
        bad_request_title: "请求有误", "Invalid request";
        bad_request_text:
            "服务器无法识别这个请求。请检查网址，或从首页重新开始。",
            "The server does not understand this request. Check the address, or start again from the home page.";
        forbidden_title: "表单已失效", "The form has expired";
        forbidden_text:
            "这个表单不是从本站当前的页面提交的：可能是页面打开得太久，您在别处登录或退出过，或者浏览器禁用了 Cookie。请返回并刷新页面，然后重新提交。",
            "It did not come from a current page of this site: the page may have been open for too long, you may have logged in or out elsewhere, or cookies may be blocked. Go back, reload the page and send it again.";
        admins_title: "仅限管理员", "For administrators";
        admins_text: "此页面仅限管理员。", "This page is for administrators.";
        teachers_title: "仅限老师", "For teachers";
        teachers_text: "只有老师可以新建班级。", "Only teachers can create classes.";
        not_found_title: "页面不存在", "Page not found";
        not_found_text: "网址可能有误，或者页面已被删除。", "The address may be mistyped, or the page has been removed.";
        method_title: "不支持这种请求", "Method not allowed";
        method_text: "这个网址不支持这种请求方法。", "This address does not accept requests of this method.";
        timeout_title: "请求超时", "The request timed out";
        timeout_text:
            "请求没有按时送达。请检查网络后再试一次。",
            "The request did not arrive in time. Check your connection and try again.";
        too_large_title: "内容太大", "The content is too large";
        too_large_text: "发送的内容超过了上限。", "The content of the request is larger than the limit.";
        format_title: "格式不支持", "Unsupported format";
        format_text: "服务器不支持这种格式的内容。", "The server does not support content of this format.";
        too_long_title: "请求太长", "The request is too long";
        too_long_text:
            "网址或 Cookie 太长。请缩短网址，或在浏览器中清除本站的 Cookie。",
            "The address or the cookies are too long. Shorten the address, or clear the cookies of this site in your browser.";
        internal_title: "服务器出错了", "Something went wrong here";
        internal_text:
            "这是本站的故障，已经记入日志。请稍后再试；如果问题依旧，请把下面的编号告诉管理员。",
            "This is an error of the site, and it has been logged. Try again later. If it persists, tell the administrator the number below.";
        unavailable_title: "暂时无法服务", "Temporarily unavailable";
        unavailable_text:
            "服务器正忙，或者数据库暂时连接不上。您的数据没有丢失，请过几秒再试。",
            "The server is busy, or its database cannot be reached. Your data is safe. Try again in a few seconds.";
        fault_title: "服务器出错了", "Something went wrong here";
        fault_text:
            "这是本站的故障，已经记入日志。请稍后再试。",
            "This is an error of the site, and it has been logged. Try again later.";
        host_title: "没有这个网站", "Unknown host";
        host_text:
            "这台服务器没有使用这个主机名的网站，请检查网址中的主机名。",
            "This server has no site with this host name. Check the host name in the address.";
        https_title: "请使用 HTTPS", "Use HTTPS";
        https_text:
            "这个端口只接受加密连接：网址应以 https 开头，而不是 http。",
            "This port accepts only encrypted connections: the address must begin with https, not http.";
        other_title: "无法处理这个请求", "The request cannot be processed";
        other_text: "请从首页重新开始。", "Start again from the home page.";
    }
}
