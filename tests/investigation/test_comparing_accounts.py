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
        # both tell the same of a thing
        ("本子弹起来碰到他的手。", "那个男的的本子弹起来碰到我的手。"),
        ("我拿着电话。", "那个男的拿着电话，没用电话碰我。"),
    ],
)
def test_no_dispute_is_made_up(a: str, b: str):
    assert why(a, b) == set()


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
