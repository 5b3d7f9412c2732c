/** A call of the predecessor: what its server calls it, and how it is made. */
export interface HilCall {
  readonly id: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/v0`. */
  readonly path: string;
}

const calls = `
list_users                    GET    /auth/basic/users
user_create                   PUT    /auth/basic/user/{user}
user_delete                   DELETE /auth/basic/user/{user}
user_set_admin                PATCH  /auth/basic/user/{user}
user_add_project              POST   /auth/basic/user/{user}/add_project
user_remove_project           POST   /auth/basic/user/{user}/remove_project
list_projects                 GET    /projects
project_create                PUT    /project/{project}
project_delete                DELETE /project/{project}
list_project_nodes            GET    /project/{project}/nodes
list_project_networks         GET    /project/{project}/networks
list_project_headnodes        GET    /project/{project}/headnodes
project_connect_node          POST   /project/{project}/connect_node
project_detach_node           POST   /project/{project}/detach_node
list_nodes                    GET    /nodes/{is_free}
node_register                 PUT    /node/{node}
show_node                     GET    /node/{node}
node_delete                   DELETE /node/{node}
node_register_nic             PUT    /node/{node}/nic/{nic}
node_delete_nic               DELETE /node/{node}/nic/{nic}
node_set_metadata             PUT    /node/{node}/metadata/{label}
node_delete_metadata          DELETE /node/{node}/metadata/{label}
node_connect_network          POST   /node/{node}/nic/{nic}/connect_network
node_detach_network           POST   /node/{node}/nic/{nic}/detach_network
node_enable_disable_obm       PUT    /node/{node}/obm
node_power_on                 POST   /node/{node}/power_on
node_power_off                POST   /node/{node}/power_off
node_power_cycle              POST   /node/{node}/power_cycle
node_power_status             GET    /node/{node}/power_status
node_set_bootdev              PUT    /node/{node}/boot_device
show_console                  GET    /node/{node}/console
start_console                 PUT    /node/{node}/console
stop_console                  DELETE /node/{node}/console
show_networking_action        GET    /networking_action/{status_id}
list_switches                 GET    /switches
switch_register               PUT    /switch/{switch}
show_switch                   GET    /switch/{switch}
switch_delete                 DELETE /switch/{switch}
switch_register_port          PUT    /switch/{switch}/port/{port}
show_port                     GET    /switch/{switch}/port/{port}
switch_delete_port            DELETE /switch/{switch}/port/{port}
port_connect_nic              POST   /switch/{switch}/port/{port}/connect_nic
port_detach_nic               POST   /switch/{switch}/port/{port}/detach_nic
port_revert                   POST   /switch/{switch}/port/{port}/revert
list_networks                 GET    /networks
network_create                PUT    /network/{network}
show_network                  GET    /network/{network}
network_delete                DELETE /network/{network}
network_grant_project_access  PUT    /network/{network}/access/{project}
network_revoke_project_access DELETE /network/{network}/access/{project}
list_network_attachments      GET    /network/{network}/attachments
headnode_create               PUT    /headnode/{headnode}
show_headnode                 GET    /headnode/{headnode}
headnode_delete               DELETE /headnode/{headnode}
headnode_start                POST   /headnode/{headnode}/start
headnode_stop                 POST   /headnode/{headnode}/stop
headnode_create_hnic          PUT    /headnode/{headnode}/hnic/{hnic}
headnode_delete_hnic          DELETE /headnode/{headnode}/hnic/{hnic}
headnode_connect_network      POST   /headnode/{headnode}/hnic/{hnic}/connect_network
headnode_detach_network       POST   /headnode/{headnode}/hnic/{hnic}/detach_network
list_headnode_images          GET    /headnode_images/
list_active_extensions        GET    /active_extensions
`;

/** Every call of the predecessor, those of 2016 that it had no more in 2018 (of consoles) among them. */
export const hilCalls: readonly HilCall[] = [...calls.matchAll(/^(\w+) +(GET|PUT|POST|PATCH|DELETE) +(\S+)$/gm)].flatMap(
  ([, id, method, path]) => (id !== undefined && isMethod(method) && path !== undefined ? { id, method, path } : []),
);

function isMethod(text: string | undefined): text is HilCall['method'] {
  return text === 'GET' || text === 'PUT' || text === 'POST' || text === 'PATCH' || text === 'DELETE';
}
