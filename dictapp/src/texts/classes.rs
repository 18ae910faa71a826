//! The texts of the pages of classes, for teachers and pupils.

use super::texts;

texts! {
    /// Classes.
    Classes {
        title: "班级", "Classes";
        to_learn: "要学的词单", "Lists to learn";
        until: "{day}前学完", "until {day}";
        learnt_hint: "“已学会”：预计 {days} 天后仍然记得。", "Learnt: expected to be remembered for at least {days} days.";
        comma: "、", ", ";
        listed: "词单已发给班级，共 {count} 个词。", "The list was shared. Words: {count}.";
        repeated: "重复的词只保留一次（{count} 个）。", " Given more than once and kept once: {count}.";
        dropped: "{count} 行不是单词或超出上限，没有加入。", " Lines left out for not being a word or being beyond the limit: {count}.";
        unknown: "词典里没有，请检查拼写：{words}", "Not in the dictionary, check the spelling: {words}";
        show_words: "查看单词", "Show the words";
        learnt: "{learnt} / {words} 个词已学会", "{learnt} of {words} words learnt";
        finished: "已学完", "finished";
        no_list: "这个词单不在您加入的班级里，或者已经被老师删除。", "This list is not in one of your classes, or the teacher has deleted it.";
        open: "去复习", "Review";
        save: "加入生词本", "Add to my word book";
        nothing: "现在没有要学的词单。", "No lists to learn now.";
        joined: "我加入的班级", "Classes I am in";
        none: "您还没有加入班级，请在下面填写老师给的班级码。", "You are not in a class yet. Enter the code from your teacher below.";
        teacher: "老师：{name}", "Teacher: {name}";
        shares: "老师能看到我学完了哪些词单", "The teacher can see which lists I have finished";
        hidden: "老师看不到我的进度", "The teacher cannot see my progress";
        share: "让老师看到我的进度", "Share my progress with the teacher";
        hide: "不让老师看到我的进度", "Hide my progress from the teacher";
        leave: "退出班级", "Leave the class";
        leave_hint: "退出后不再显示这个班级的词单，老师也不再看到您的进度；您的生词本不受影响。", "Its lists are no longer shown, and the teacher no longer sees your progress. You keep your word book.";
        code: "班级码", "Class code";
        join: "加入", "Join";
        join_hint: "加入后，老师能看到您的用户名，并能为您生成重置密码的一次性重置码。", "The teacher will see your name and can make a one-time code for you to set a new password.";
        no_such_code: "班级码不存在。", "There is no class with this code.";
        full: "数量已达上限。", "The limit has been reached.";
        name_wrong: "名称须为 1 到 64 个字符。", "A name must have 1 to 64 characters.";
        no_words: "请至少填写一个词。", "Enter at least one word.";
        day_wrong: "请填写日期。", "Choose a day.";
        day_over: "这个日期已过，请选择今天或以后的日期。", "This day is over. Choose today or a later day.";
        book_full: "生词本已满，无法加入这些词，请先删除一些。", "Your word book has no room for these words. Remove some first.";
        taught: "我教的班级", "Classes I teach";
        taught_none: "还没有班级。新建一个，并把班级码告诉学生。", "No classes yet. Create one and give its code to your pupils.";
        join_title: "加入班级", "Join a class";
        new_class: "新建班级", "New class";
        class_name: "班级名称", "Name of the class";
        make: "新建班级", "Create the class";
        members: "{count} 名学生", "Pupils: {count}";
        pupils: "学生", "Pupils";
        pupils_none: "还没有学生。请把班级码告诉他们。", "No pupils yet. Give them the code.";
        pupil_shares: "您能看到进度", "Shares progress";
        pupil_hides: "您看不到进度", "Does not share progress";
        reset: "生成重置码", "Make reset code";
        remove: "移出班级", "Remove";
        remove_hint: "这名学生将不再看到本班的词单，凭班级码可以重新加入。", "The pupil no longer sees the lists of this class, but can join again with the code.";
        lists: "词单", "Lists";
        new_list: "新词单", "New list";
        list_name: "词单名称", "Name of the list";
        lists_none: "还没有词单，请在下面添加。", "No lists yet. Add one below.";
        list_words: "{count} 个词", "Words: {count}";
        list_finished: "已学完（限您能看到进度的学生）：", "Finished (pupils who share their progress): ";
        nobody: "还没有人", "nobody yet";
        delete_list: "删除词单", "Delete list";
        delete_list_hint: "学生将不再看到这份词单，他们的生词本不受影响。", "The pupils no longer see this list. They keep their word books.";
        due: "学完日期", "Learn until";
        words: "单词（每行一个，最多 {max} 个）", "Words, one per line, at most {max}";
        share_list: "发给班级", "Share with the class";
        back: "返回班级列表", "Back to the classes";
        delete_class: "删除班级", "Delete the class";
        delete_class_hint: "班级及其词单和学生名单会一起删除，学生的生词本不受影响。", "The class is deleted with its word lists and its list of pupils. The pupils keep their word books.";
    }
}

texts! {
    /// Weekdays.
    Days {
        form: "{weekday}（{date}）", "{weekday} ({date})";
        monday: "周一", "Monday";
        tuesday: "周二", "Tuesday";
        wednesday: "周三", "Wednesday";
        thursday: "周四", "Thursday";
        friday: "周五", "Friday";
        saturday: "周六", "Saturday";
        sunday: "周日", "Sunday";
    }
}
