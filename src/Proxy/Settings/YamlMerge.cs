using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Settings;

/// <summary>Gives mappings what they merge (<c>&lt;&lt;: *defaults</c>). What a mapping says itself holds; each key keeps the place where it stands.</summary>
internal sealed class YamlMerge(YamlProblems problems)
{
    private const string Key = "<<";

    private readonly HashSet<YamlNode> seen = new(ReferenceEqualityComparer.Instance);

    public void Into(YamlNode node)
    {
        // An alias leads to the same node again.
        if (!seen.Add(node))
        {
            return;
        }

        switch (node)
        {
            case YamlSequenceNode list:
                foreach (var item in list.Children)
                {
                    Into(item);
                }

                break;
            case YamlMappingNode mapping:
                foreach (var value in mapping.Children.Values)
                {
                    Into(value);
                }

                Merge(mapping);
                break;
        }
    }

    private void Merge(YamlMappingNode mapping)
    {
        if (mapping.Children.FirstOrDefault(pair => IsMerge(pair.Key)) is not { Key: { } key, Value: { } value })
        {
            return;
        }

        mapping.Children.Remove(key);
        foreach (var source in value is YamlSequenceNode list ? list.Children : [value])
        {
            if (source is not YamlMappingNode other)
            {
                problems.Add(source.Start, "'<<' takes a mapping that stands elsewhere, as *name, or a list of them.");
                continue;
            }

            foreach (var (name, inherited) in other.Children.Where(pair => !mapping.Children.ContainsKey(pair.Key)).ToList())
            {
                mapping.Children.Add(name, inherited);
            }
        }
    }

    private static bool IsMerge(YamlNode key) => key is YamlScalarNode { Style: ScalarStyle.Plain, Value: Key };
}
