-- A word has at most 255 characters. The columns of this engine count characters already.

do 0;
