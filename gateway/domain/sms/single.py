"""National single-shift tables: what an escape and a septet stand for.

3GPP TS 23.038 Annex A.2; written as pairs: the septet, then its character.
"""

TABLES: dict[int, str] = {
    1: (  # Turkish
        "\n\x0c\x14^({)}/\\<[=~>]@|G\u011eI\u0130S\u015ec\u00e7e\u20acg\u011fi\u0131s\u015f"
    ),
    2: (  # Spanish
        "\x09\u00e7\n\x0c\x14^({)}/\\<[=~>]@|A\u00c1I\u00cdO\u00d3U\u00daa\u00e1e\u20aci\u00ed"
        "o\u00f3u\u00fa"
    ),
    3: (  # Portuguese
        "\x05\u00ea\x09\u00e7\n\x0c\x0b\u00d4\x0c\u00f4\x0e\u00c1\x0f\u00e1\x12\u03a6\x13\u0393"
        "\x14^\x15\u03a9\x16\u03a0\x17\u03a8\x18\u03a3\x19\u0398\x1f\u00ca({)}/\\<[=~>]@|A\u00c0"
        "I\u00cdO\u00d3U\u00da[\u00c3\\\u00d5a\u00c2e\u20aci\u00edo\u00f3u\u00fa{\u00e3|\u00f5"
        "\u007f\u00e2"
    ),
    4: (  # Bengali / Assamese
        "\x00@\x01\u00a3\x02$\x03\u00a5\x04\u00bf\x05\"\x06\u00a4\x07%\x08&\x09'\n\x0c\x0b*\x0c+"
        "\x0e-\x0f/\x10<\x11=\x12>\x13\u00a1\x14^\x15\u00a1\x16_\x17#\x18*\x19\u09e6\x1a\u09e7"
        '\x1c\u09e8\x1d\u09e9\x1e\u09ea\x1f\u09eb \u09ec!\u09ed"\u09ee#\u09ef$\u09df%\u09e0'
        "&\u09e1'\u09e2({)}*\u09e3+\u09f2,\u09f3-\u09f4.\u09f5/\\0\u09f61\u09f72\u09f83\u09f9"
        "4\u09fa<[=~>]@|AABBCCDDEEFFGGHHIIJJKKLLMMNNOOPPQQRRSSTTUUVVWWXXYYZZe\u20ac"
    ),
    5: (  # Gujarati
        "\x00@\x01\u00a3\x02$\x03\u00a5\x04\u00bf\x05\"\x06\u00a4\x07%\x08&\x09'\n\x0c\x0b*\x0c+"
        "\x0e-\x0f/\x10<\x11=\x12>\x13\u00a1\x14^\x15\u00a1\x16_\x17#\x18*\x19\u0964\x1a\u0965"
        '\x1c\u0ae6\x1d\u0ae7\x1e\u0ae8\x1f\u0ae9 \u0aea!\u0aeb"\u0aec#\u0aed$\u0aee%\u0aef({)}'
        "/\\<[=~>]@|AABBCCDDEEFFGGHHIIJJKKLLMMNNOOPPQQRRSSTTUUVVWWXXYYZZe\u20ac"
    ),
    6: (  # Hindi
        "\x00@\x01\u00a3\x02$\x03\u00a5\x04\u00bf\x05\"\x06\u00a4\x07%\x08&\x09'\n\x0c\x0b*\x0c+"
        "\x0e-\x0f/\x10<\x11=\x12>\x13\u00a1\x14^\x15\u00a1\x16_\x17#\x18*\x19\u0964\x1a\u0965"
        '\x1c\u0966\x1d\u0967\x1e\u0968\x1f\u0969 \u096a!\u096b"\u096c#\u096d$\u096e%\u096f'
        "&\u0951'\u0952({)}*\u0953+\u0954,\u0958-\u0959.\u095a/\\0\u095b1\u095c2\u095d3\u095e"
        "4\u095f5\u09606\u09617\u09628\u09639\u0970:\u0971<[=~>]@|AABBCCDDEEFFGGHHIIJJKKLLMMNNOO"
        "PPQQRRSSTTUUVVWWXXYYZZe\u20ac"
    ),
    7: (  # Kannada
        "\x00@\x01\u00a3\x02$\x03\u00a5\x04\u00bf\x05\"\x06\u00a4\x07%\x08&\x09'\n\x0c\x0b*\x0c+"
        "\x0e-\x0f/\x10<\x11=\x12>\x13\u00a1\x14^\x15\u00a1\x16_\x17#\x18*\x19\u0964\x1a\u0965"
        '\x1c\u0ce6\x1d\u0ce7\x1e\u0ce8\x1f\u0ce9 \u0cea!\u0ceb"\u0cec#\u0ced$\u0cee%\u0cef'
        "&\u0cde'\u0cf1({)}*\u0cf2/\\<[=~>]@|AABBCCDDEEFFGGHHIIJJKKLLMMNNOOPPQQRRSSTTUUVVWWXXYYZZ"
        "e\u20ac"
    ),
    8: (  # Malayalam
        "\x00@\x01\u00a3\x02$\x03\u00a5\x04\u00bf\x05\"\x06\u00a4\x07%\x08&\x09'\n\x0c\x0b*\x0c+"
        "\x0e-\x0f/\x10<\x11=\x12>\x13\u00a1\x14^\x15\u00a1\x16_\x17#\x18*\x19\u0964\x1a\u0965"
        '\x1c\u0d66\x1d\u0d67\x1e\u0d68\x1f\u0d69 \u0d6a!\u0d6b"\u0d6c#\u0d6d$\u0d6e%\u0d6f'
        "&\u0d70'\u0d71({)}*\u0d72+\u0d73,\u0d74-\u0d75.\u0d7a/\\0\u0d7b1\u0d7c2\u0d7d3\u0d7e"
        "4\u0d7f<[=~>]@|AABBCCDDEEFFGGHHIIJJKKLLMMNNOOPPQQRRSSTTUUVVWWXXYYZZe\u20ac"
    ),
    9: (  # Oriya
        "\x00@\x01\u00a3\x02$\x03\u00a5\x04\u00bf\x05\"\x06\u00a4\x07%\x08&\x09'\n\x0c\x0b*\x0c+"
        "\x0e-\x0f/\x10<\x11=\x12>\x13\u00a1\x14^\x15\u00a1\x16_\x17#\x18*\x19\u0964\x1a\u0965"
        '\x1c\u0b66\x1d\u0b67\x1e\u0b68\x1f\u0b69 \u0b6a!\u0b6b"\u0b6c#\u0b6d$\u0b6e%\u0b6f'
        "&\u0b5c'\u0b5d({)}*\u0b5f+\u0b70,\u0b71/\\<[=~>]@|AABBCCDDEEFFGGHHIIJJKKLLMMNNOOPPQQRRSS"
        "TTUUVVWWXXYYZZe\u20ac"
    ),
    10: (  # Punjabi
        "\x00@\x01\u00a3\x02$\x03\u00a5\x04\u00bf\x05\"\x06\u00a4\x07%\x08&\x09'\n\x0c\x0b*\x0c+"
        "\x0e-\x0f/\x10<\x11=\x12>\x13\u00a1\x14^\x15\u00a1\x16_\x17#\x18*\x19\u0964\x1a\u0965"
        '\x1c\u0a66\x1d\u0a67\x1e\u0a68\x1f\u0a69 \u0a6a!\u0a6b"\u0a6c#\u0a6d$\u0a6e%\u0a6f'
        "&\u0a59'\u0a5a({)}*\u0a5b+\u0a5c,\u0a5e-\u0a75/\\<[=~>]@|AABBCCDDEEFFGGHHIIJJKKLLMMNNOO"
        "PPQQRRSSTTUUVVWWXXYYZZe\u20ac"
    ),
    11: (  # Tamil
        "\x00@\x01\u00a3\x02$\x03\u00a5\x04\u00bf\x05\"\x06\u00a4\x07%\x08&\x09'\n\x0c\x0b*\x0c+"
        "\x0e-\x0f/\x10<\x11=\x12>\x13\u00a1\x14^\x15\u00a1\x16_\x17#\x18*\x19\u0964\x1a\u0965"
        '\x1c\u0be6\x1d\u0be7\x1e\u0be8\x1f\u0be9 \u0bea!\u0beb"\u0bec#\u0bed$\u0bee%\u0bef'
        "&\u0bf3'\u0bf4({)}*\u0bf5+\u0bf6,\u0bf7-\u0bf8.\u0bfa/\\<[=~>]@|AABBCCDDEEFFGGHHIIJJKKLL"
        "MMNNOOPPQQRRSSTTUUVVWWXXYYZZe\u20ac"
    ),
    12: (  # Telugu
        "\x00@\x01\u00a3\x02$\x03\u00a5\x04\u00bf\x05\"\x06\u00a4\x07%\x08&\x09'\n\x0c\x0b*\x0c+"
        "\x0e-\x0f/\x10<\x11=\x12>\x13\u00a1\x14^\x15\u00a1\x16_\x17#\x18*\x1c\u0c66\x1d\u0c67"
        "\x1e\u0c68\x1f\u0c69 \u0c6a!\u0c6b\"\u0c6c#\u0c6d$\u0c6e%\u0c6f&\u0c58'\u0c59({)}*\u0c78"
        "+\u0c79,\u0c7a-\u0c7b.\u0c7c/\\0\u0c7d1\u0c7e2\u0c7f<[=~>]@|AABBCCDDEEFFGGHHIIJJKKLLMMNN"
        "OOPPQQRRSSTTUUVVWWXXYYZZe\u20ac"
    ),
    13: (  # Urdu
        "\x00@\x01\u00a3\x02$\x03\u00a5\x04\u00bf\x05\"\x06\u00a4\x07%\x08&\x09'\n\x0c\x0b*\x0c+"
        "\x0e-\x0f/\x10<\x11=\x12>\x13\u00a1\x14^\x15\u00a1\x16_\x17#\x18*\x19\u0600\x1a\u0601"
        '\x1c\u06f0\x1d\u06f1\x1e\u06f2\x1f\u06f3 \u06f4!\u06f5"\u06f6#\u06f7$\u06f8%\u06f9'
        "&\u060c'\u060d({)}*\u060e+\u060f,\u0610-\u0611.\u0612/\\0\u06131\u06142\u061b3\u061f"
        "4\u06405\u06526\u06587\u066b8\u066c9\u0672:\u0673;\u06cd<[=~>]?\u06d4@|AABBCCDDEEFFGGHH"
        "IIJJKKLLMMNNOOPPQQRRSSTTUUVVWWXXYYZZe\u20ac"
    ),
}
