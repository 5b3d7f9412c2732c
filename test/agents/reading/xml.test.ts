import { describe, expect, test } from 'vitest';
import { isHollow, parseXml, xmlElement } from '../../../agents/reading/xml.ts';

describe('XML', () => {
  test('is read without the prefixes of names, whatever they are', () => {
    const text =
      '<?xml version="1.0"?>\n<b:trunk xmlns:b="urn:x" y:self="/a"><b:tag/><b:native-vlan>10</b:native-vlan></b:trunk>\n';
    expect(parseXml(text)).toEqual({
      name: 'trunk',
      attributes: { self: '/a' },
      text: '',
      children: [
        { name: 'tag', attributes: {}, text: '', children: [] },
        { name: 'native-vlan', attributes: {}, text: '10', children: [] },
      ],
    });
  });

  test('keeps line breaks and blanks of a text, and takes escapes back', () => {
    expect(parseXml('<o>  a &lt;b&gt; &amp;&#13;\n  c&#x41;</o>')?.text).toBe('  a <b> &\r\n  cA');
    expect(parseXml('<o><![CDATA[<%>]]></o>')?.text).toBe('<%>');
  });

  test.each(['', 'HTTP error', '<a>', '<a></b>', '<a/><b/>', '<a/>rest', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'])(
    'is not read: %j',
    (text) => {
      expect(parseXml(text)).toBeNull();
    },
  );

  test.each([
    ['nested too deep', `${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}`],
    ['with a name of JavaScript', '<a><__proto__>1</__proto__></a>'],
    ['with an attribute of such a name', '<a constructor="1"/>'],
  ])('is not read, and does no harm: %s', (_, text) => {
    expect(parseXml(text)).toBeNull();
  });

  test('a container of nothing is hollow', () => {
    const hollow = (text: string) => {
      const element = parseXml(text);
      return element && isHollow(element);
    };
    expect(hollow('<a><b self="x"/><c> <d/></c></a>')).toBe(true);
    expect(hollow('<a><b><c>0</c></b></a>')).toBe(false);
  });

  test('is written from plain texts only', () => {
    expect(xmlElement('vlan', xmlElement('add', '1,3-5'), xmlElement('none')).xml).toBe(
      '<vlan><add>1,3-5</add><none></none></vlan>',
    );
    for (const bad of ['<', '&', '"', "'", '>', ';']) expect(() => xmlElement('a', bad)).toThrow(TypeError);
  });
});
