"""Whom an account speaks of: the subject that goes on, and whom 他 means."""

from __future__ import annotations

import re
from dataclasses import dataclass

from anlan.investigation.comparing.accounts import Account, Scene
from anlan.investigation.comparing.facts import Reading, Stance
from anlan.investigation.comparing.lexicon import Word
from anlan.investigation.comparing.persons import Naming
from anlan.investigation.comparing.text import Clause

_ABSENT = re.compile(
    "(当时|那会儿?|那时候?)去[^，]{1,8}了$|请了?假(?!条)|没来上班|(那会儿?|当时|那时|那阵儿?)[^，]{0,2}在(楼上|家里?|别处|别的地方|里屋|库房|仓库)[^，]{0,1}$|(人都|已经|早就?|早都)走了$|(已经|早就?)?下班了$|还没(来|到|上来|下来|过来)$|(来|到|赶到|过来|接班|上来|下来|出来|回来|进来)(的时候|那会儿?|那阵儿?|时|那时)[^，]{0,6}(打完|吵完|散了|散场|结束|完事|不打了|停了|完了|没事了)|来(的时候|时|了)?[^，]{0,6}(已经|早)?(不打了|没打了|不吵了|打完|吵完|散了|劝开|拉开了)|才(上来|过来|来|到|赶到|出来|赶来|下来)的?$|来的时候.{0,6}(完|停|结束)|到的时候.{0,4}已经|(没在|不在|没有在)(?:场|跟前|旁边|现场|那儿|那里)?$|(那天|当天|当时|那会儿?|根本|压根|早就?)就?(没有?(来|在|到)(?!得及|意|乎)|不在|走了|回家了|回去了)|没有?过来$|(那天|当天|正好|正)(休息|请假|出差|轮休)|没上班|不在(公司|家|小区|单位|店里|岗上|现场)|不在场|没在场|没在跟前"
)
_NOBODY = re.compile(
    "(旁边|边上|周围|跟前|现场|附近)[^，]{0,3}(没有?|没别的|没其他|没什么)(别的|其他)?人|没有?(别人|旁人|其他人|第三个人)(在|看|$)|^(当时|那会儿?)?就(我们俩|我们两|我俩|我跟他|我和他)[^，]{0,4}$"
)
_PRESENT = re.compile(
    "(?<!不)(?<!没)(?<!没有)在[我他她]?们?(边上|旁边|身边|跟前)(?!没)|(?<!不)(?<!没)在现场$|(全|都)看(见|到)了?$|(可以|能|给我)作证|(就|只)?在[一两二三几半\\d]米(之?外|开外|远|内|以内)|看得(清清楚楚|一清二楚|真真切切|清楚)|[拉劝]的架|(来|上来|过来)(拉|劝)(的)?架|在跟前|在旁边|(当时|那会儿|那时)(也|就)在|也在(场|边上|旁边)|(?<!是)在场(?!里|地)|亲眼|在边上|看得真真|从头到尾都?(在|看)|从头看到尾|全程看|全程都?在|一直在(旁边|边上|跟前|现场)"
)
_STANCES = {
    "in_car": re.compile(
        "(没|没有|都没|未)(来得及)?下(过)?车|没下来(?!台)|坐在车[里上]|车[里上](坐着|等着|等)|在车[里上](没|坐|等|打|看|玩)|坐在驾驶|没下过车|根本没下|没下去"
        "|没离开(过)?(车|驾驶)|人在车[里内]|在车内|坐车里|没从车[里上]下|车都没下|(没|未)(打)?开(过)?车门|车门都没开|隔着车窗|在车里跟"
    ),
    "out_of_car": re.compile(
        "(?<!没)(?<!没有)(?<!未)(?<!有)(?<!来得及)(?<!都没)下(了)?车|从车[上里]([下跳蹿冲]|出来)|(?<!没)跳下车|从驾驶[室座位]+[^，]{0,2}[下跳出]"
    ),
    "far_off": re.compile(
        "(站|离|隔)[^，]{0,3}得?(很|老|挺|好)?远(得很|着呢|呢)?$|(几|十几|二)十(来|多)?米(之?外|开外|远)"
    ),
    "near": re.compile(
        "(离|隔)[^，]{0,5}(一|两|半|几)(米|步|个|张)|不到(一|两|半)(米|步)|一米(都|也)?不到"
    ),
    "not_up": re.compile("(没|没有|未)(有)?上(到|来过|去过|过|楼)"),
    "gone_up": re.compile(
        "(?<![没未早晚])(?<!没有)上(来|去|楼)(?=[拿找砸敲打骂踢推闹]|$)"
    ),
    "stayed_in": re.compile(
        "(没|没有|未)(有)?(出来|出去|出过?(岗亭|门|屋|店|值班室))|躲在[^，]{1,5}里"
    ),
    "came_out": re.compile(
        "(?<![没未])(?<!没有)出了(岗亭|屋|店|值班室|亭子|办公室)|从(岗亭|屋|店|值班室|亭子|办公室)[里头内]*[^，]{0,2}(出来|出去|跑出|走出|冲出)|(?<!没)(?<!没有)追(到|出)(?!没)"
    ),
    "entered": re.compile(
        "(?<![没未])(?<!没有)进(店|屋|门|楼|大堂|岗亭)来|(?<![没未])(?<!没有)[推搬带提抬拎骑冲闯走迈跨硬抱拿扛牵]进|进了(大堂|楼|门|电梯|屋|院|车库|小区|店|岗亭|办公室|房间|家)"
    ),
    "stayed_out": re.compile(
        "(没|没有|未|从没|从未|没能)(往里|硬|把[^，]{1,4})?[牵推搬带提抬拎骑冲闯走迈跨抱拿扛]?进(?!一步行)(去|来|门|屋|楼|大堂|电梯|店|院|他|她|我|岗|车库|过|$)|一步没进|没踏进|没迈进|在门外(没|等)|门都没进"
    ),
}
_LATER = "([一二两三四五六七八九十几半\\d]+(来|多)?(分钟|个?小时|个?钟头|刻钟)|半天|好久|好一会儿?|老半天)"
_AT_ONCE = "(马上|立刻|立马|当即|随即|即刻|赶紧|赶快|第一时间|转身|扭头|掉头|调头)"
_WENT = "(走|跑|溜|离开|撤|闪人|骑车走|开车走)"
_CAME = "(过来|过去|赶来|赶到|赶过来|赶过去|跑过来|跑过去|上前|上去|把|来)"
# How it ended: what each person did then; those of nobody in particular are in `_OF_ALL`.
_ENDINGS = {
    "left": re.compile(
        f"{_AT_ONCE}[^，没未不才]{{0,6}}{_WENT}|(完|一句|一眼|下)[^，没未不才]{{0,4}}就{_WENT}(?!过来|上|进|去劝)"
    ),
    "stayed": re.compile(
        f"(没|没有|未|未曾|从没|从未|没敢)(有)?(离开|走$|走开|跑$)(?!过手)|(站|留|等)在(原地|现场)|一直陪|{_LATER}[^，]{{0,6}}才[^，]{{0,4}}{_WENT}|在(那儿|那里|原地|现场)站了"
    ),
    "came_at_once": re.compile(f"{_AT_ONCE}[^，没未不才]{{0,4}}{_CAME}"),
    "came_late": re.compile(f"{_LATER}[^，没未不]{{0,8}}才?[^，没未不]{{0,6}}{_CAME}"),
    "stopped": re.compile(
        "(就|马上|立刻|当即|立马)(停了?|停手|住手|住了手|松手|松了手|收手|不打|不动手)了?$"
    ),
    "went_on": re.compile(
        "(还|又|仍|仍然)?(接着|继续|不停地?)(打|踢|踹|推|骂|闹|追|砸|抽|扇)|(还是|就是|也|都)?(不肯|没有?|不)(停手|住手|罢休|收手|停下)|(还|也|都|就是)不停$"
    ),
    "chased": re.compile(
        "(?<![没不未])(?<!没有)(?<!没去)(追着[我他她]?|追[到出上了过]|拦住|拦了|拦下)"
    ),
    "let_go": re.compile("([没不未]|没有|没去|没人)(追|拦)(?![上到住])"),
    "ended_by_itself": re.compile(
        "自己(就)?(停|住手|收手|松手|撒手)|没人(拉|劝|拦)|(一劝|一喊|一说)[^，]{0,5}(就|都)?(停|不打|不吵|散)"
    ),
    "ended_by_others": re.compile(
        "(把|将)[^，]{0,8}(拉开|分开|劝开|拽开|扯开|架开|隔开)|(被|让|给)[^，]{1,8}(拉开|分开|劝开|拽开|架开)|(来了|到了|来|到)(她|他|我|俩|们|双方)*才(停|住手|松|罢|算完|散|不打|不吵)|不停$"
    ),
    "ended_before": re.compile(
        "(之前|以前|前|来时|来的时候)[^，]{0,8}(已经|早就?|就)[^，]{0,3}(不吵|不打|停|没事|结束|完)"
    ),
    "ended_only_then": re.compile(
        "(来了|到了|来|到)(她|他|我|俩|们|双方)*才(停|住手|松|罢|算完|散|不打|不吵)"
    ),
}
_OF_ALL = {"ended_by_itself", "ended_by_others", "ended_before", "ended_only_then"}
# How many names back a pronoun may reach.
_REMEMBERED = 12


@dataclass(frozen=True, kw_only=True)
class Told:
    """One clause: its words, whom those that are persons mean (by where they start), the
    one it is about, and the words of persons that are not governed by 把 or its like."""

    clause: Clause
    words: list[Word]
    persons: dict[int, str]
    subject: str
    free: list[Word]


class Speaking:
    """What is remembered from clause to clause."""

    def __init__(self, account: Account, scene: Scene, opponent: str) -> None:
        self._account = account
        self._naming = Naming(account, scene)
        self._opponent = opponent
        self._subject = self._naming.speaker
        self._other = opponent
        self._part = ("", "")
        self._named: list[str] = []
        self._limb = ("", "", "", -1)  # a part of whose body, without an injury yet
        self._by_self = -1  # the sentence in which somebody did something to themselves
        self._hurt = ("", -1)  # whose injury was told last, in which sentence
        self._topic = ("", -1)  # the thing spoken of last, in which sentence
        self._taken = ("", "", -1)  # who, what, in which sentence
        self._reading = Reading()

    def _turned(self, words: list[Word], persons: dict[int, str]) -> None:
        """人家才顶他, told by a witness after somebody pushed another: that other answers."""
        if len(self._naming.others) < 2 or not self._reading.acts:
            return
        last = self._reading.acts[-1]
        pronouns = [word for word in words if "pronoun" in word]
        if not pronouns or any("person" in word for word in words) or not last.patient:
            return
        if any("reply" in word or "next" in word for word in words):
            persons[pronouns[0].start] = last.patient
            for word in pronouns[1:]:
                persons[word.start] = last.agent

    def _who(self, word: Word) -> str:
        if "person" in word:
            return word["person"]
        if "pronoun" in word:
            return self._meant(word.text)
        return ""

    def _meant(self, pronoun: str) -> str:
        """Whom a pronoun stands for: the one spoken of, if it may be, else the last named."""
        if len(self._naming.others) < 2 or self._naming.may_be(self._other, pronoun):
            return self._other
        able = [
            name for name in self._naming.others if self._naming.may_be(name, pronoun)
        ]
        recent = [name for name in self._named if name in able]
        return (recent[-1:] or able or [self._other])[0]

    def _remember(
        self, subject: str, persons: dict[int, str], words: list[Word]
    ) -> None:
        self._subject = subject
        self._named = self._named[-_REMEMBERED:] + [
            persons[word.start] for word in words if "person" in word
        ]
        named = [
            persons[word.start]
            for word in words
            if "person" in word and persons[word.start] != self._naming.speaker
        ]
        if subject != self._naming.speaker:
            self._other = subject
        elif named:
            self._other = named[0]

    def _doing(
        self,
        clause: Clause,
        found: re.Match[str],
        subject: str,
        leading: list[tuple[int, str]],
    ) -> str:
        """他一喊我就停了: who stands nearest before what was done."""
        before = [who for start, who in leading if start < clause.start + found.start()]
        if before:
            return before[-1]
        late = leading and leading[0][0] >= clause.start + found.end()
        return self._subject if late else subject

    def _presence(
        self, clause: Clause, subject: str, leading: list[tuple[int, str]]
    ) -> None:
        """``leading`` are those that may be the subject, with where they stand."""
        if _NOBODY.search(clause.text):
            self._reading.absent.append(("", clause.sentence))
        elif _ABSENT.search(clause.text):
            self._reading.absent.append((subject, clause.sentence))
        elif _PRESENT.search(clause.text):
            self._reading.present.append((subject, clause.sentence))
        for kind, told in (*_STANCES.items(), *_ENDINGS.items()):
            found = told.search(clause.text)
            if found is not None:
                person = self._doing(clause, found, subject, leading)
                person = "" if kind in _OF_ALL else person
                self._reading.stances.append(
                    Stance(person=person, kind=kind, sentence=clause.sentence)
                )

    def _another(self, name: str) -> str:
        if name == self._naming.speaker:
            return self._opponent if self._opponent != name else ""
        if self._account.role in {"aggressor", "victim", "guard"}:
            return self._naming.speaker
        rest = [other for other in self._naming.others if other != name]
        return rest[0] if rest else ""

    def _recent_but(self, name: str) -> str:
        """Who was named last beside this one and the speaker."""
        return next(
            (
                other
                for other in reversed(self._named)
                if other not in {name, self._naming.speaker}
            ),
            self._another(name),
        )

    def _implied_patient(self, agent: str, clause: Clause) -> str:
        """With two persons there is but one other; else the one of the act before."""
        if len(self._naming.others) == 1:
            return self._another(agent)
        last = self._reading.acts[-1] if self._reading.acts else None
        if last is not None and last.sentence is clause.sentence:
            return last.patient if last.agent == agent else ""
        return ""
