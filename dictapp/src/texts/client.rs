//! The texts of the terminal client. Their wording is that of the client of a programming course,
//! which this client is compatible with.

use super::texts;

texts! {
    /// The menus and answers of the terminal client.
    Client {
        first_menu: "1. 登录   2. 注册   3. 退出", "1. Log in   2. Sign up   3. Quit";
        user_menu: "1. 查单词   2. 历史记录   3. 注销", "1. Look up   2. History   3. Log out";
        choose: "请选择：", "Choose: ";
        wrong_choice: "没有这个选项，请重新输入。", "Invalid choice.";
        name: "用户名：", "Name: ";
        password: "密码：", "Password: ";
        password_again: "再次输入密码：", "Password again: ";
        passwords_differ: "两次输入的密码不一致", "The passwords do not match";
        registered: "注册成功", "You are signed up";
        logged_in: "登录成功", "You are logged in";
        welcome: "欢迎回来，{name}", "Welcome back, {name}";
        name_taken: "该用户已存在", "This name is already taken";
        wrong_password: "用户名或密码错误", "The name or the password is wrong";
        blocked: "该账号已被管理员停用", "An administrator has blocked this account";
        closed: "本站目前不开放注册，请联系管理员", "Registration is closed; ask the administrator for an account";
        later: "尝试次数过多，请 {minutes} 分钟后再试", "Too many attempts; try again in {minutes} min";
        delayed: "该账号最近登录失败次数过多，{seconds} 秒后自动继续登录……", "Too many recent log-ins to this account have failed; logging in after {seconds} seconds ...";
        unavailable: "服务器暂时无法处理，请稍后再试（{detail}）", "The server cannot do this now; try again later ({detail})";
        log_in_again: "登录已失效，请重新登录", "Your session has ended; log in again";
        not_kept: "下次需要重新登录：{error}", "You will have to log in next time: {error}";
        word: "请输入单词（## 返回）：", "Word (## to go back): ";
        odd_word: "单词过长，或含有无法查询的字符", "This is too long, or has characters that cannot be looked up";
        no_word: "没有找到该单词", "Word not found";
        near: "您要找的是不是：{words}", "Did you mean: {words}";
        how_many: "回车显示最近 10 条，输入 a 显示全部：", "Enter for the last 10, a for all: ";
        no_history: "没有历史记录", "The history is empty";
        pager: "（空格：下一页，q：返回）", "(space for the next page, q to go back)";
        lost: "连接已断开，正在重试……", "Connection lost; trying again ...";
        unreachable: "无法连接 {url}：服务器在运行吗？（{error}）", "cannot reach {url}: is the server running? ({error})";
        untrusted: "；服务器的证书不受信任，可用 --ca 指定签发者的证书", "; the certificate of the server is not trusted, name its issuer's with --ca";
        bye: "谢谢使用", "Goodbye";
    }
}
