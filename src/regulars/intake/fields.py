"""What can be imported: for each target, the fields a column can become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Field:
    """One of our fields.

    Attributes:
        kind: how its cells are read: text, moment, day, time, birth, money, number, sex, yes_no,
            item_kind, word, phone, email or wechat.
        words: what files call it, in small letters without spaces and signs.
    """

    name: str
    kind: str
    label: str | Promise
    words: tuple[str, ...] = ()
    required: bool = False
    longest: int = 0


def _f(
    name: str, kind: str, label: str | Promise, words: str, *, must: bool = False, longest: int = 80
) -> Field:
    return Field(name, kind, label, tuple(words.split()), must, longest)


_CUSTOMER = "client customer customerid clientid clientcode customercode customerno code memberid"
_WHO_CODE = _f(
    "customer", "text", _("Customer code"),
    f"{_CUSTOMER} householdid userid buyer 客户编号 会员编号 客户代码 会员号 客户 会员 顾客"
    " 顾客编号 买家",
)  # fmt: skip
_WHO_NAME = _f(
    "customer_name", "text", _("Customer name"),
    "customername clientname membername 客户姓名 会员姓名 顾客姓名",
)  # fmt: skip
_WHO_PHONE = _f(
    "customer_phone", "phone", _("Customer phone"),
    "phone mobile customerphone tel telephone 手机 手机号 手机号码 电话 联系电话 客户手机 会员手机",
    longest=40,
)  # fmt: skip
_STAFF = _f(
    "staff", "text", _("Staff"),
    "staff stylist employee seller servedby therapist 员工 发型师 技师 店员 服务人员 导购"
    " 美容师", longest=40,
)  # fmt: skip
_STORE = _f(
    "store", "text", _("Store"),
    "store shop storeid branch location salon outlet 门店 店铺 分店 店名", longest=40,
)  # fmt: skip
_ITEM_CODE = _f(
    "item_code", "text", _("Item code"),
    "stockcode sku itemcode productcode productid itemid barcode servicecode"
    " 商品编号 商品编码 货号 条码 项目编号 项目代码 产品编号",
    longest=60,
)  # fmt: skip
_ITEM_NAME = _f(
    "item_name", "text", _("Item name"),
    "description item product productname itemname service desc servicename"
    " 商品 商品名称 项目 项目名称 产品 产品名称 服务 服务项目 品名",
    longest=160,
)  # fmt: skip
_NUMBER = _f(
    "order_number", "text", _("Order number"),
    "receipt invoice order ordernumber orderno orderid receiptno basketid invoiceno transaction"
    " 单号 订单号 订单编号 小票号 流水号 收据号 交易号",
    must=True, longest=47,
)  # fmt: skip

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "sales": (
        _NUMBER,
        _f("at", "moment", _("Date"),
           "date time datetime invoicedate orderdate transactiontimestamp soldat createdat"
           " 日期 时间 下单时间 交易时间 消费时间 消费日期 付款时间 销售日期", must=True),
        _f("time", "time", _("Clock time"), "timeofday 时刻 时间点"),
        _WHO_CODE, _WHO_NAME, _WHO_PHONE, _ITEM_CODE, _ITEM_NAME,
        _f("quantity", "number", _("Quantity"), "quantity qty count units 数量 件数 次数"),
        _f("unit_price", "money", _("Unit price"), "unitprice price 单价 价格"),
        _f("amount", "money", _("Amount paid for the line"),
           "amount total linetotal salesvalue paid net 金额 实付 实收 小计 成交金额 实付金额"
           " 实收金额"),
        _f("discount", "money", _("Discount"), "discount reduction 优惠 折扣 优惠金额 折扣金额"),
        _STAFF, _STORE,
        _f("channel", "text", _("Channel"), "channel 渠道 销售渠道", longest=20),
    ),
    "events": (
        _f("kind", "word", _("Kind of event"), "event kind eventtype type 事件 类型", must=True),
        _f("at", "moment", _("Date"),
           "date datetime time timestamp when 日期 时间 预约日期 预约时间 发生时间", must=True),
        _f("time", "time", _("Clock time"), "time timeofday 时刻 时间点"),
        _f("ends_at", "moment", _("End"), "end endsat until 结束 结束时间"),
        _f("key", "text", _("Event number"), "id eventid bookingid bookingno 预约号 预约编号"),
        _WHO_CODE, _WHO_NAME, _WHO_PHONE, _ITEM_CODE, _ITEM_NAME, _STAFF, _STORE,
    ),
    "items": (
        _f("code", "text", _("Code"),
           "code sku stockcode itemcode productcode productid barcode id"
           " 编号 编码 货号 条码 代码 商品编号 商品编码 项目编号", must=True, longest=60),
        _f("name", "text", _("Name"),
           "name description desc title productname itemname product item"
           " 名称 品名 商品名称 项目名称 商品 项目", must=True, longest=160),
        _f("kind", "item_kind", _("Service or product"), "kind type 类型 种类", must=True),
        _f("category", "text", _("Category"), "category cate group 分类 类别 品类"),
        _f("department", "text", _("Department"), "department 部门 大类"),
        _f("brand", "text", _("Brand"), "brand manufacturer 品牌"),
        _f("supplier", "text", _("Supplier"), "supplier vendor 供应商"),
        _f("price", "money", _("Price"), "price unitprice listprice 价格 售价 单价 零售价 标价"),
        _f("cost", "money", _("Cost"), "cost purchaseprice 成本 进价 成本价"),
        _f("active", "yes_no", _("On sale"), "isactive active onsale status 在售 启用 状态"),
    ),
    "customers": (
        _f("code", "text", _("Code in the other system"), f"{_CUSTOMER} householdid 客户编号"
           " 会员编号"),
        _f("number", "text", _("Customer or card number"),
           "number cardnumber cardno membernumber 卡号 会员卡号 会员号", longest=40),
        _f("name", "text", _("Name of the customer"),
           "name fullname customername clientname 姓名 客户姓名 会员姓名 名字 称呼 客户名称"),
        _f("sex", "sex", _("Sex"), "sex gender 性别"),
        _f("birth", "birth", _("Birthday"), "birthday birthdate dateofbirth dob 生日 出生日期"
           " 出生年月日"),
        _f("lunar", "yes_no", _("Birthday is lunar"), "lunar 农历 阴历 农历生日"),
        _f("phone", "phone", _("Phone"),
           "phone mobile tel telephone cellphone phonenumber 手机 手机号 手机号码 电话 联系电话"
           " 联系方式",
           longest=40),
        _f("email", "email", _("E-mail"), "email mail emailaddress 邮箱 电子邮箱 邮件"),
        _f("wechat", "wechat", _("WeChat id"), "wechat weixin wechatid 微信 微信号"),
        _f("province", "text", _("Province"), "province state region 省 省份", longest=40),
        _f("city", "text", _("City"), "city town 市 城市", longest=40),
        _f("city_tier", "text", _("City tier"), "citytier 城市等级 城市级别", longest=20),
        _f("occupation", "text", _("Occupation"), "occupation job profession 职业", longest=60),
        _f("income_band", "text", _("Income band"), "income incomeband incomedesc 收入 收入水平",
           longest=40),
        _f("found_us", "text", _("How they found us"),
           "source foundus howfound referral 来源 客户来源 获客渠道", longest=60),
        _f("joined_on", "day", _("Customer since"),
           "joined joinedon since registered createdat firstvisit 注册时间 注册日期 入会日期"
           " 入会时间 建档日期"),
        _f("tags", "text", _("Tags"), "tags labels 标签 客户标签", longest=300),
    ),
}  # fmt: skip

TARGET_NAMES: Mapping[str, str | Promise] = {
    "customers": _("Customers"),
    "items": _("Services and products"),
    "sales": _("Sales"),
    "events": _("Bookings and other events"),
}

RECORD_NAMES: Mapping[str, str | Promise] = {
    "customers": _("Customers"),
    "items": _("Services and products"),
    "staff": _("Staff"),
    "stores": _("Stores"),
    "orders": _("Sales"),
    "events": _("Bookings and other events"),
}


def field(target: str, name: str) -> Field:
    """One field of a target."""
    return next(found for found in FIELDS[target] if found.name == name)
