import { describe, expect, test } from "vitest";
import { type Conf, parseConf } from "../../../../src/sources/keepalived/conf.ts";

function parsed(text: string, id = "here"): Conf {
  return parseConf(text.split("\n"), id);
}

/** "name interface: addresses" of each instance. */
function told(text: string, id?: string): readonly string[] {
  return parsed(text, id).instances.map(({ name, interface: device, addresses }) => {
    const all = addresses.map((each) => each.address + (each.device === undefined ? "" : `@${each.device}`));
    return `${name} ${device}: ${all.join(" ")}`;
  });
}

describe("parseConf", () => {
  test("what people write", () => {
    expect(
      told(`! Configuration File
global_defs {
   router_id LVS_DEVEL # not ours
}
vrrp_script chk { script "/usr/bin/killall -0 haproxy { " }
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    track_interface {
        eth1
    }
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.168.200.16/24 dev eth2 label eth2:1
        192.168.200.17 ! a comment
        2001:DB8:0:0::10/64
    }
    virtual_ipaddress_excluded {
        172.16.1.1
    }
    virtual_routes {
        10.0.0.0/8 via 192.168.200.1
    }
}
vrrp_instance VI_2 {
    interface eth1
    virtual_ipaddress { 10.1.1.1/32 }
}
virtual_server 10.10.10.2 1358 {
    real_server 192.168.200.2 1358 { weight 1 }
}`),
    ).toEqual([
      "VI_1 eth0: 192.168.200.16@eth2 192.168.200.17@eth0 2001:db8::10@eth0 172.16.1.1@eth0",
      "VI_2 eth1: 10.1.1.1@eth1",
    ]);
  });

  test("the brace on a line of its own", () => {
    expect(told("vrrp_instance a\n{\n interface e\n virtual_ipaddress\n {\n 10.0.0.1\n }\n}")).toEqual([
      "a e: 10.0.0.1@e",
    ]);
  });

  test("names with spaces and letters beyond ASCII stand in quotes", () => {
    expect(told('vrrp_instance "VI two ü # x" {\n}')).toEqual(["VI two ü # x : "]);
  });

  test("single quotes and brackets belong to a name", () => {
    expect(told("vrrp_instance 'V4'[1] {\n}")).toEqual(["'V4'[1] : "]);
  });

  test("an instance inside another block is none", () => {
    expect(told("virtual_server x {\n vrrp_instance a {\n }\n}")).toEqual([]);
  });

  test("a static address is not virtual", () => {
    expect(told("static_ipaddress {\n 10.0.0.9\n}\nvrrp_instance a {\n}")).toEqual(["a : "]);
  });

  test("definitions are replaced", () => {
    expect(
      told(
        `$VIP=10.0.0.7\n$DEV = eth5\nvrrp_instance a {\n interface $DEV\n virtual_ipaddress {\n \${VIP}/24\n $NONE\n }\n}`,
      ),
    ).toEqual(["a eth5: 10.0.0.7@eth5"]);
  });

  test("lines for one machine only", () => {
    const text = "vrrp_instance a {\n@here interface e0\n@there interface e1\n@^here virtual_router_id 2\n}";
    expect(told(text, "here")).toEqual(["a e0: "]);
    expect(told(text, "there")).toEqual(["a e1: "]);
  });

  test("addresses on an interface that keepalived makes may be anywhere", () => {
    const addresses = "virtual_ipaddress {\n 10.0.0.1 dev e1\n }";
    expect(told(`vrrp_instance a {\n interface e0\n use_vmac vrrp.7\n ${addresses}\n}`)).toEqual(["a e0: 10.0.0.1"]);
  });

  test("a network namespace of its own", () => {
    expect(parsed("global_defs {\n net_namespace inner\n}").namespace).toBe("inner");
    expect(parsed("").namespace).toBeUndefined();
  });

  test.each([
    ["an empty file", ""],
    ["braces that close nothing", "}\n}\n}"],
    ["braces that nothing closes", "{\n{\n{"],
    ["a block without a name", "vrrp_instance {\n}"],
    ["zeros", "\0\0\0"],
    ["no addresses", "vrrp_instance\n"],
  ])("%s", (_, text) => expect(told(text)).toEqual([]));

  test("what is no address is left out", () => {
    expect(told("vrrp_instance a {\n virtual_ipaddress {\n eth0\n 10.0.0\n 10.0.0.1\n :::\n }\n}")).toEqual([
      "a : 10.0.0.1",
    ]);
  });

  test("definitions that hold each other a thousand times over are replaced up to a bound", () => {
    const thousand = (name: string) => `$${name} `.repeat(1000);
    const text = `$A=10.0.0.1\n$B=${thousand("A")}\n$C=${thousand("B")}\n$D=${thousand("C")}\n`;
    const instance = "vrrp_instance a {\n interface e\n virtual_ipaddress {\n $A\n $D\n 10.0.0.2\n }\n}";
    expect(told(text + instance)).toEqual(["a e: 10.0.0.2@e"]); // no room is left for $A either
    expect(told(`$A=10.0.0.1\n${instance}`)).toEqual(["a e: 10.0.0.1@e 10.0.0.2@e"]);
  });

  test("a definition with many spaces in it takes no longer than it is long", () => {
    const before = process.cpuUsage();
    expect(told(`$A=x${" ".repeat(200_000)}y\nvrrp_instance a {\n}`)).toEqual(["a : "]);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(500);
  });
});
