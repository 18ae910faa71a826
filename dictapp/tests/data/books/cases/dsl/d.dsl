#NAME "A small book (En-Zh)"
#INDEX_LANGUAGE "English"
#CONTENTS_LANGUAGE "Chinese"

apple
	[m0]\[[t]ˈæpl[/t]\] [s]apple.wav[/s][/m]
	[m1][p]n.[/p] [trn]苹果 [c green][com](水果)[/com][/c][/trn][/m]
	[m2][*][ex][lang id=1033]I eat an ~.[/lang] — 我吃苹果。[/ex][/*][/m]
	[m1]see [ref]pear[/ref], <<fig>> {{a comment}}[/m]
pear
pears
	[m1][trn]梨[/trn][/m]
colo(u)r
	[m1][b]1.[/b] [trn]颜色[/trn] \[usually ~s\][/m]
go {out} for a walk
	[m1]散步 [sup]1[/sup][/m]
nothing

	stray
C\#
	[m1]一种语言[/m]
