"""How accounts say it: each way of telling that the comparison reads, in sentences made up here."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.investigation.comparing import Account, Found, Kind, Person, Scene, compare

SCENE = Scene(
    persons=(
        Person(name="周成", roles=("业主",), called={"b": ("那个男的",)}),
        Person(name="冯刚", roles=("保安",), called={"a": ("门口的保安",)}),
    ),
    places=("5号楼一层大堂", "北门岗亭", "B1车库东区", "B1车库西区"),
)


def compared(a: str, b: str) -> list[Found]:
    return compare(
        Account(key="a", by="周成", role="aggressor", text=a),
        Account(key="b", by="冯刚", role="victim", text=b),
        SCENE,
    )


def why(a: str, b: str) -> set[str]:
    """The rules that find a contradiction."""
    return {one.why for one in compared(a, b) if one.kind == Kind.CONTRADICTION}


@pytest.mark.parametrize(
    ("a", "b", "rule"),
    [
        # asked, denied and owned up to
        ("我这把年纪，能打他吗？", "那个男的打了我一拳。", "act_denied"),
        ("我推没推他？没有。", "那个男的推了我肩膀。", "act_denied"),
        ("我哪能踢他。", "那个男的踢我小腿。", "act_denied"),
        ("我没跟他动过一指头。", "那个男的薅我头发。", "act_denied"),
        ("我没动他。", "那个男的揪我耳朵。", "act_denied"),
        ("我踹的是轮胎，不是人。", "那个男的踹我小腿。", "act_denied"),
        ("我们互相推了几把。", "我没推那个男的。", "act_denied"),
        ("他扯我马甲。", "我没抓那个男的衣领。", "act_denied"),
        ("他把我儿子推倒。", "我没推小孩。", "act_denied"),
        ("我没打他。", "男的踢了我一脚，又打我一拳。", "act_denied"),
        # things
        ("他把一把硬币扔到我脸上。", "硬币是我放在台上的，没扔。", "thing_denied"),
        ("他用手电敲我胳膊。", "手电我一直别在腰上，没取下来过。", "thing_denied"),
        ("他拿扳手砸我。", "扳手在工具房里。", "thing_denied"),
        ("我拿塑料筐挡了一下。", "那个男的端起塑料筐砸我。", "blocked_or_struck"),
        ("他用拖把打我。", "我手里拿的是扫把，用扫把打的。", "other_thing"),
        # injuries
        ("他手背是自己切菜切的。", "那个男的打我，我手背划破了。", "other_cause"),
        ("他眼皮早就肿着。", "那个男的打我眼睛，眼皮肿了。", "other_cause"),
        ("他嘴角的口子不是我打的。", "那个男的一拳打破我的嘴，流血了。", "other_cause"),
        ("他是自己踩空摔的。", "那个男的把我推下台阶，我脚踝扭了。", "other_cause"),
        ("他没撞着，一点皮都没破。", "那个男的打我，我额头破了皮。", "injury_denied"),
        ("碎片没崩到他。", "那个男的砸杯子，碎片划破我小腿。", "injury_denied"),
        ("球弹起来碰到他左眼。", "那个男的打在我右眼上。", "left_or_right"),
        (
            "我敲的是他头盔，没敲到他脑袋。",
            "那个男的敲我脑袋，我没戴头盔。",
            "other_part",
        ),
        ("我只碰到他肩膀。", "那个男的打我脑袋，起了个包。", "other_part"),
        ("我拧了他一下，左手腕。", "那个男的拧我右手腕。", "left_or_right"),
        ("他眼镜没坏。", "那个男的把我眼镜打碎了。", "injury_denied"),
        # it came by itself, or was aimed
        ("篮球弹起来碰到他的鼻子。", "那个男的拿篮球砸我鼻子。", "thing_denied"),
        # who was first
        ("是他先动的手。", "那个男的先动手。", "other_first"),
        ("我没有先动手。", "是那个男的先动手。", "act_denied"),
        (
            "他上来就给我一拳，我才还手。",
            "我还没说话，那个男的一巴掌扇过来了。",
            "other_first",
        ),
        # a thing that was spoken of just before
        ("那根棍子是他的，我没拿。", "那个男的抡起棍子打我。", "thing_denied"),
        ("我用手掌推的他。", "那个男的一拳打我胸口。", "other_thing"),
        # times
        ("早上六点，不是七点半。", "七点半。", "times_apart"),
        ("日头快落山的时候。", "中午十二点半。", "times_apart"),
        ("我在值班室，八点。", "九点半。", "times_apart"),
        # floors and who was there
        ("我是在三楼走廊碰上他的。", "那个男的在五楼走廊拦住我。", "places_apart"),
        ("我在三楼。", "我们在一楼大厅里。", "places_apart"),
        ("我在大堂里说他的。", "在岗亭，大堂里没发生过事。", "place_denied"),
        ("我站在岗亭外面，没进去。", "那个男的冲进岗亭里来。", "entered_or_not"),
        ("他一直在岗亭里，没出来。", "我从岗亭里出来劝他。", "entered_or_not"),
        ("他离我远得很。", "我隔那个男的就半米。", "there_or_not"),
        ("我没上到二楼。", "那个男的上来骂我。", "entered_or_not"),
        ("晚上七点，岗亭。", "晚上七点，大堂。", "places_apart"),
        ("我的车停在东区，在西区吵的。", "西区我没进去过。", "place_denied"),
        # what a wound is put down to, and a part that is denied
        ("他额头的包是起来撞到灯箱。", "那个男的打我额头，起了个包。", "other_cause"),
        ("他脑袋磕水龙头上了。", "那个男的一拳打在我脑袋上。", "other_cause"),
        ("我没碰他的脸。", "那个男的碰我的脸。", "other_part"),
        # only held
        ("我就举着手电，没动手。", "那个男的用手电敲我。", "thing_denied"),
        # how it ended
        ("他打完马上就走了。", "我一直在岗亭等，没离开过。", "ended_otherwise"),
        ("他一喊我就停了。", "那个男的还接着打。", "ended_otherwise"),
        ("没人拉，我自己松的手。", "是同事把他拉开的。", "ended_otherwise"),
        ("他追着我到门口。", "我没追他。", "ended_otherwise"),
        ("他马上就过来了。", "我过了十分钟才过来。", "times_apart"),
        # places
        ("我一直坐在车里没下来。", "那个男的从车上下来打我。", "in_or_out_of_car"),
        ("我没往里进。", "那个男的硬闯进来打我。", "entered_or_not"),
    ],
)
def test_a_dispute_is_read(a: str, b: str, rule: str):
    assert rule in why(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        # what befell a body is no act of its owner
        ("我后脑勺撞在墙上。", "那个男的没有撞我。"),
        ("我脚踝扭了。", "那个男的没扭我。"),
        # other people's acts and what nobody did
        ("他老婆推了我。", "我没推那个男的。"),
        ("我孩子踢了他一脚。", "那个男的没踢我。"),
        ("我推没推他？记不清。", "那个男的推了我。"),
        ("我踢了他的花架。", "那个男的没踢我。"),
        ("打那以后他就不理我。", "那个男的没打我。"),
        ("他把本子扔在地上。", "我没打那个男的。"),
        # a bag is no bump, and a torn bag is no wound
        ("他头上没有包。", "那个男的背着一个包裹。"),
        ("他没有受伤，袋子扯破了。", "我的袋子扯破了。"),
        # a part of a place, and where a thing lay
        ("我们在B1车库吵的。", "我们在B1车库东区吵的。"),
        ("我在北门碰见他。", "我在岗亭执勤。"),
        ("我在大堂说他。", "我在大堂执勤，对讲机在岗亭充电。"),
        ("我在大堂说他。", "那个男的把我推到台阶下面。"),
        # a clock, a room and a thing that flew are no blows
        ("九点我到大堂。", "我没打那个男的。"),
        ("篮球飞过来，打到我右眼。", "我没打那个男的。"),
        ("手机我攥着的。", "那个男的没抓我。"),
        ("花盆我没动。", "那个男的没碰我。"),
        # one floor under two words, and a floor with a spot on it
        ("我们在三楼吵的。", "我们在三层走廊吵的。"),
        ("我在2号楼一层大堂。", "我在一楼大厅。"),
        ("下午三点差一刻。", "下午两点四十五。"),
        ("他把单子拍到我面前。", "我没打那个男的。"),
        ("鞋子本来就有个黑印子。", "我没有受伤。"),
        # he left, and so did I
        ("他走了，我也走了。", "那个男的马上走了。"),
        # both tell the same of a thing
        ("本子弹起来碰到他的手。", "那个男的的本子弹起来碰到我的手。"),
        ("我拿着电话。", "那个男的拿着电话，没用电话碰我。"),
    ],
)
def test_no_dispute_is_made_up(a: str, b: str):
    assert why(a, b) == set()


THREE = Scene(
    persons=(
        *SCENE.persons,
        Person(
            name="秦芳", roles=("保洁",), called={"a": ("扫地的阿姨",), "b": ("秦姨",)}
        ),
    ),
    places=SCENE.places,
)


@pytest.mark.parametrize(
    ("a", "b", "is_found"),
    [
        ("扫地的阿姨那天请假了。", "秦姨在我旁边，全看见了。", True),
        ("扫地的阿姨早就下班了。", "是秦姨拉的架。", True),
        ("旁边没别人。", "秦姨当时就在边上。", True),
        ("旁边没别人。", "那个男的站在我旁边。", False),
        ("扫地的阿姨在跟前。", "秦姨在跟前。", False),
    ],
)
def test_whether_a_third_person_was_there(a: str, b: str, *, is_found: bool):
    one = Account(key="a", by="周成", role="aggressor", text=a)
    other = Account(key="b", by="冯刚", role="victim", text=b)
    found = {each.why for each in compare(one, other, THREE)}
    assert ("there_or_not" in found) == is_found


WORDS = "我他没有先推打砸了一下用拿把雨伞左脸眼镜碎片肿破是自己摔的孩子在大堂三点，。？那个男的保安不是被"


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=WORDS, max_size=100), st.text(alphabet=WORDS, max_size=100))
def test_whose_account_comes_first_makes_no_difference(a: str, b: str):
    one = Account(key="a", by="周成", role="aggressor", text=a)
    other = Account(key="b", by="冯刚", role="victim", text=b)
    forth = compare(one, other, SCENE)
    back = compare(other, one, SCENE)
    assert _pairs(forth) == _pairs(back, turned=True)


def _pairs(found: list[Found], *, turned: bool = False) -> set[tuple[str, ...]]:
    return {
        (
            one.topic,
            one.why,
            *((one.b.text, one.a.text) if turned else (one.a.text, one.b.text)),
        )
        for one in found
    }
