using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Settings;

/// <summary>Finds in a file what a configuration error names by its path, such as <c>routes[2].compose.customer.path</c>.</summary>
internal static class YamlPlace
{
    /// <summary>Where it stands; as near as it gets when it is missing.</summary>
    public static Mark Of(YamlNode root, string path)
    {
        var place = root.Start;
        var node = root;
        foreach (var step in path.Replace("[", ".").Replace("]", "").Split('.'))
        {
            var (next, mark) = Step(node, step);
            if (next is null)
            {
                return place;
            }

            (node, place) = (next, mark);
        }

        return place;
    }

    /// <summary>What stands there; null when it is missing.</summary>
    public static YamlNode? Node(YamlNode root, string path)
    {
        var node = root;
        foreach (var step in path.Replace("[", ".").Replace("]", "").Split('.'))
        {
            node = node is null ? null : Step(node, step).Node;
        }

        return node;
    }

    private static (YamlNode? Node, Mark Place) Step(YamlNode node, string step)
    {
        switch (node)
        {
            case YamlSequenceNode list when int.TryParse(step, out var index) && index < list.Children.Count:
                return (list.Children[index], list.Children[index].Start);
            case not YamlSequenceNode when step == "0":
                // One of what may be a list stands for itself.
                return (node, node.Start);
            case YamlMappingNode mapping:
                var (key, value) = mapping.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode scalar && scalar.Value == step);

                // Of a block it is the key that one looks for, of a plain value the value.
                return (value, value is YamlScalarNode ? value.Start : key?.Start ?? node.Start);
            default:
                return (null, node.Start);
        }
    }
}
