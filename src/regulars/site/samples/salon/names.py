"""Chinese names as they are: surnames by frequency, given names by sex and decade of birth."""

from __future__ import annotations

from random import Random

from pypinyin import lazy_pinyin

_SURNAMES = """
王 710 李 700 张 670 刘 510 陈 460 杨 320 黄 230 赵 220 吴 200 周 200 徐 160 孙 150
马 130 朱 130 胡 130 郭 120 何 120 林 120 高 110 罗 110 郑 105 梁 95 谢 85 宋 82
唐 79 许 73 韩 72 冯 68 邓 68 曹 68 彭 60 曾 60 肖 60 田 55 董 55 潘 50
袁 50 蔡 50 蒋 50 余 50 于 48 杜 48 叶 46 程 46 魏 45 苏 45 吕 42 丁 42
任 42 卢 41 姚 40 沈 40 钟 40 姜 39 崔 38 谭 38 陆 36 范 36 汪 35 廖 35
石 33 金 32 韦 30 贾 30 夏 29 付 28 方 27 邹 27 熊 26 白 25 孟 24 秦 24
邱 23 侯 23 江 22 尹 22 薛 21 闫 20 段 20 雷 20 龙 18 史 18 陶 17 黎 17
贺 16 毛 15 郝 15 顾 15 龚 14 邵 14 万 14 覃 13 武 13 钱 13 戴 13 严 12
莫 12 孔 12 向 12 温 11 庄 10 柳 9 欧阳 8 华 7 单 6 翟 6 岳 6 盛 5
解 4 仇 3 上官 2 司徒 2
"""

_GIVEN = {
    (
        "female",
        1950,
    ): "秀英 桂兰 玉兰 淑珍 凤英 秀兰 桂英 玉珍 淑华 丽华 秀珍 惠英 美兰 月娥 素芬 玉梅",
    (
        "female",
        1970,
    ): "丽 艳 敏 静 红 霞 燕 娟 芳 玲 萍 梅 丽娟 海燕 晓红 秀丽 红梅 建华 春燕 慧敏 丽萍",
    (
        "female",
        1980,
    ): "静 婷 丹 颖 雪 慧 莉 倩 娜 琳 晶 蕾 婷婷 晓燕 丽娜 晓琳 海霞 文静 佳 薇 璐 楠 晓雯",
    (
        "female",
        1990,
    ): "雨婷 佳怡 梦琪 思雨 欣 雪莹 晓雨 静怡 诗雨 文倩 梦瑶 嘉欣 思琪 雅婷 子璇 若曦 瑶 悦 "
    "晓彤 雨薇 佳琪 思敏 慧琳 一鸣 乐",
    (
        "female",
        2000,
    ): "欣怡 梓涵 诗涵 梓萱 雨桐 可馨 子涵 思涵 雨欣 语嫣 佳颖 紫萱 欣妍 一诺 依诺 芷若 沐晴 悦然",
    (
        "male",
        1950,
    ): "建国 国强 志明 德明 建军 国华 福生 永福 振华 玉成 长生 志强 文斌 金水 家和 忠义",
    (
        "male",
        1970,
    ): "勇 军 伟 强 磊 涛 斌 波 辉 刚 健 明 建华 志刚 海涛 永强 国庆 晓东 建平 立新 卫东",
    (
        "male",
        1980,
    ): "伟 磊 鹏 超 杰 浩 凯 亮 帅 洋 宁 飞 志鹏 晓明 俊杰 海波 文涛 少华 立军 冬冬 子健",
    (
        "male",
        1990,
    ): "浩然 俊杰 子豪 宇 泽宇 嘉伟 文博 家豪 天宇 鹏飞 思远 明轩 晨 睿 翔 一凡 志远 旭 昊天 子轩",
    (
        "male",
        2000,
    ): "浩宇 子轩 梓豪 宇轩 浩轩 博文 子睿 皓轩 俊熙 一诺 宇航 奕辰 沐宸 佳乐 铭泽 嘉懿 辰逸",
}

_surnames = _SURNAMES.split()
SURNAMES = _surnames[::2]
SURNAME_WEIGHTS = [int(weight) for weight in _surnames[1::2]]
GIVEN = {key: names.split() for key, names in _GIVEN.items()}


def draw_name(rng: Random, sex: str, birth_year: int) -> str:
    """A name that someone of this sex, born in this year, may well bear."""
    cohort = max((start for _, start in GIVEN if start <= birth_year), default=1950)
    surname = rng.choices(SURNAMES, SURNAME_WEIGHTS)[0]
    return surname + rng.choice(GIVEN[sex, cohort])


def latin(name: str) -> str:
    """The name in pinyin without tones or spaces, as people use it in addresses."""
    return "".join(lazy_pinyin(name))
